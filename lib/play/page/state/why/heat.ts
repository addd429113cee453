/** Saliency and class activation of the picture, kept up to date. */
import { signal } from '@preact/signals';
import { classActivation, saliency } from '../../engine/explain';
import type { ClassActivation, Heat, Saliency } from '../../engine/explain/types';
import { messageOf } from '../errors';
import { keepAnswered, question, type Question } from './question';

export type HeatState =
  | { readonly status: 'waiting' }
  | { readonly status: 'ready'; readonly heat: Heat; readonly question: Question }
  /** The network allows none. */
  | { readonly status: 'none' }
  | { readonly status: 'failed'; readonly message: string };

export const saliencyState = signal<HeatState>({ status: 'waiting' });
export const activationState = signal<HeatState>({ status: 'waiting' });

/** From now on, while they are looked at. @returns a function that stops it */
export function keepHeat(): () => void {
  const stops = [follow(saliencyState, saliency), follow(activationState, classActivation)];
  return () => {
    for (const stop of stops) stop();
  };
}

function follow(state: typeof saliencyState, explain: Saliency | ClassActivation): () => void {
  return keepAnswered(
    () => question.value,
    async (asked) => {
      const heat = await explain(asked.network, asked.image, asked.classIndex);
      state.value = heat ? { status: 'ready', heat, question: asked } : { status: 'none' };
    },
    (error) => {
      state.value = { status: 'failed', message: messageOf(error) };
    },
  );
}
