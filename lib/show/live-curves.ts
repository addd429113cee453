import type { TrainCallbacks } from '../train/callbacks';
import { trainingCurves } from './curves';
import { emit, inNotebook, Place } from './output';
import { figureOutput } from './show';

/**
 * The curves of `trainingCurves`, growing by a point an epoch in one place below the cell, for `train`'s
 * `callbacks`. In a terminal they come once, at the end, as a table.
 */
export function liveCurves(): TrainCallbacks {
  const place = new Place();
  return {
    onEpoch: (_row, history) => {
      if (!inNotebook()) return;
      const output = figureOutput(trainingCurves(history));
      // JupyterLab's Plotly extension (plotly.py 7.1) draws a place once and passes over later figures for it.
      // The still picture takes the old drawing away, and the extension starts anew with the next message.
      place.show({ 'text/html': output['text/html'], 'text/plain': output['text/plain'] });
      place.show(output);
    },
    onEnd: (history) => {
      if (!inNotebook() && history.epochs.length > 0) emit(figureOutput(trainingCurves(history)));
    },
  };
}
