import type { LayerInfo, Step, Unit, Window } from '../types';
import { wholeWindow, windowAt, type Maps } from './geometry';
import { slidingOf } from './settings';

export function poolingStep(layer: LayerInfo, input: Maps, unit: Unit): Step {
  const window = layer.className.startsWith('Global')
    ? wholeWindow(input, [unit.channel])
    : windowAt(input, slidingOf(layer, 'poolSize'), unit, [unit.channel]);
  return layer.className.includes('Max') ? maximum(window) : mean(window);
}

/** The padding takes no part. */
function maximum(window: Window): Step {
  let largest = -1;
  window.values.forEach((value, i) => {
    if (window.inside[i] === 1 && (largest < 0 || value > window.values[largest])) largest = i;
  });
  return { kind: 'maximum', window, largest, output: window.values[largest] };
}

function mean(window: Window): Step {
  const count = window.inside.reduce((sum, inside) => sum + inside, 0);
  const sum = window.values.reduce((total, value) => total + value, 0);
  return { kind: 'mean', window, count, output: sum / count };
}
