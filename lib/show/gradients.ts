import type { GradientNorms } from '../inspect/gradient-norms';
import type { SignalScales } from '../inspect/signal';
import type { Figure } from './figure';
import { depthFigure } from './through-depth';

const measures = {
  norm: 'norm of the gradient by the kernel',
  relative: 'norm of the gradient, divided by that of the kernel',
} as const;

/**
 * Gradients through the depth of a network, or of several, on a logarithmic axis: layer 1 is the one next to the image.
 * Rename variants of a network first: `{ ...norms, network: 'without shortcuts' }`.
 */
export function gradientFigure(
  norms: GradientNorms | readonly GradientNorms[],
  measure: keyof typeof measures = 'norm',
): Figure {
  const all: readonly GradientNorms[] = 'layers' in norms ? [norms] : norms;
  const lines = all.map(({ layers, ...rest }) => ({ ...rest, values: layers.map((each) => each[measure]) }));
  return depthFigure(lines, {
    title: 'Gradients',
    layers: 'layer with a kernel',
    measure: measures[measure],
  });
}

/** What goes forward, as `gradientFigure` shows what comes back: how far each layer's outputs spread. */
export function signalFigure(scales: SignalScales | readonly SignalScales[]): Figure {
  const all: readonly SignalScales[] = 'layers' in scales ? [scales] : scales;
  const lines = all.map(({ layers, ...rest }) => ({
    ...rest,
    values: layers.map(({ deviation }) => deviation),
  }));
  return depthFigure(lines, {
    title: 'The signal',
    layers: 'layer',
    measure: 'standard deviation of the outputs',
  });
}
