import type { TrainCallbacks } from '../train/callbacks';
import type { History } from '../train/history';
import { trainingCurves } from './curves';
import { emit, inNotebook, Place } from './output';
import { figureOutput } from './show';

/**
 * The curves of `trainingCurves`, growing by a point an epoch in one place below the cell, for `train`'s
 * `callbacks`. In a terminal they come once, at the end, as a table.
 */
export function liveCurves(): TrainCallbacks {
  const place = new Place();
  const draw = (history: History): void => {
    const output = figureOutput(trainingCurves(history));
    // JupyterLab's Plotly extension (plotly.py 7.1) draws a place once and passes over later figures for it.
    // The still picture takes the old drawing away, and the extension starts anew with the next message.
    place.show({ 'text/html': output['text/html'], 'text/plain': output['text/plain'] });
    place.show(output);
  };
  return {
    // A run that is taken up again, or was finished before, has curves already.
    onStart: ({ history }) => {
      if (inNotebook() && history.epochs.length > 0) draw(history);
    },
    onEpoch: (_row, history) => {
      if (inNotebook()) draw(history);
    },
    onEnd: (history) => {
      if (!inNotebook() && history.epochs.length > 0) emit(figureOutput(trainingCurves(history)));
    },
  };
}
