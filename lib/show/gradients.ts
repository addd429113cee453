import type { GradientNorms } from '../inspect/gradient-norms';
import type { SignalScales } from '../inspect/signal';
import type { Figure } from './figure';
import { depthFigure } from './through-depth';

const measures = {
  norm: 'norm of the gradient by the kernel',
  relative: 'norm of the gradient, divided by that of the kernel',
} as const;

/**
 * Gradients by depth, for one or several networks, on a logarithmic axis. Layer 1 is the one closest to the image.
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

/** The forward signal, as `gradientFigure` shows the backward one: the standard deviation of each layer's output. */
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
