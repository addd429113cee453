/** What the tabs beside "Look" show: a component for each; a tab without one is not offered. */
import type { JSX } from 'preact';
import type { Tab } from '../state/route';
import { Train } from './train/train';
import { Why } from './why/why';

export const slots: Readonly<Partial<Record<Exclude<Tab, 'look'>, () => JSX.Element>>> = {
  why: Why,
  train: Train,
};
