/** How the number that the inspector shows came about, kept up to date. */
import { effect, type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { explainUnit } from '../../engine/arithmetic/explain-unit';
import type { LayerInfo, LoadedNetwork, Look, Step, Unit, UnitExplanation } from '../../engine/types';
import { messageOf } from '../../state/errors';
import { looks } from '../../state/looking';
import { groupsOf } from '../network/groups';

/** The steps of a layer, or of several layers in a row that work on the same place. */
export interface Explanation {
  readonly parts: readonly { readonly layer: LayerInfo; readonly explanation: UnitExplanation }[];
  readonly look: Look;
}

export type ExplanationState = Explanation | { readonly message: string } | null;

/** A layer, after those whose work it finishes: convolution, normalisation, activation. */
export function chainOf(network: LoadedNetwork, layer: LayerInfo): readonly LayerInfo[] {
  const { layers } = groupsOf(network.layers, true).find((group) => group.layers.includes(layer))!;
  return layers.slice(0, layers.indexOf(layer) + 1);
}

/** One at a time, the newest question first: a window that slides asks faster than answers come. */
export function useExplanation(
  network: LoadedNetwork,
  place: number,
  layer: LayerInfo,
  unit: Omit<Unit, 'layer'>,
): ReadonlySignal<ExplanationState> {
  const shown = useSignal<ExplanationState>(null);
  const state = useRef({ isBusy: false, isAsked: false });
  const question = useRef<() => Promise<ExplanationState>>(() => Promise.resolve(null));
  const { channel, y, x } = unit;
  useEffect(
    () =>
      effect(() => {
        const look = looks[place].value;
        if (!look) return;
        question.current = async () => explain(network, look, chainOf(network, layer), { channel, y, x });
        state.current.isAsked = true;
        if (!state.current.isBusy) void answer();
      }),
    [network, place, layer, channel, y, x],
  );
  const answer = async (): Promise<void> => {
    state.current.isBusy = true;
    while (state.current.isAsked) {
      state.current.isAsked = false;
      const found = await question.current();
      if (found) shown.value = found;
    }
    state.current.isBusy = false;
  };
  return shown;
}

/** @returns null if the look was given back meanwhile: then a newer one is asked */
async function explain(
  network: LoadedNetwork,
  look: Look,
  layers: readonly LayerInfo[],
  unit: Omit<Unit, 'layer'>,
): Promise<ExplanationState> {
  try {
    const explained = layers.map((layer) => explainUnit(network, look, { ...unit, layer: layer.name }));
    const explanations = await Promise.all(explained);
    return { look, parts: layers.map((layer, i) => ({ layer, explanation: explanations[i] })) };
  } catch (error) {
    return looks.some(({ value }) => value === look) ? { message: messageOf(error) } : null;
  }
}

/** The window of the first step that has one. */
export function windowIn({ parts }: Explanation): Extract<Step, { window: unknown }>['window'] | null {
  for (const { explanation } of parts) {
    for (const step of explanation.steps) if ('window' in step) return step.window;
  }
  return null;
}
