/** What a pointer on the picture does. */
import { signal } from '@preact/signals';

export const tools = ['move', 'cover', 'draw'] as const;

export type Tool = (typeof tools)[number];

export const tool = signal<Tool>('move');

/** A sentence about what went wrong with the last picture; null if nothing did. */
export const notice = signal<string | null>(null);
