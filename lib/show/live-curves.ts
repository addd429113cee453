import type { TrainCallbacks } from '../train/callbacks';
import type { History } from '../train/history';
import { trainingCurves } from './curves';
import { FigurePlace } from './figure-place';
import { emit, inNotebook } from './output';
import { figureOutput } from './show';

/**
 * The curves of `trainingCurves`, growing by a point an epoch in one place below the cell, for `train`'s
 * `callbacks`. In a terminal they come once, at the end, as a table.
 */
export function liveCurves(): TrainCallbacks {
  const place = new FigurePlace();
  const draw = (history: History): void => {
    place.show(trainingCurves(history));
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
