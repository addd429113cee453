import type { TrainCallbacks } from '../train/callbacks';
import type { History } from '../runs/history';
import { trainingCurves } from './curves';
import { FigurePlace } from './figure-place';
import { emit, inNotebook } from './output';
import { figureOutput } from './show';
import { Throttle } from './throttle';

/** Drawing takes a browser some tenths of a second. If epochs are as short, it would do nothing else. */
const secondsBetween = 1;

/**
 * For `train`'s `callbacks`: the curves of `trainingCurves` below the cell, redrawn after every epoch, but at most once
 * a second. In a terminal they are printed once, at the end, as a table.
 */
export function liveCurves(): TrainCallbacks {
  const place = new FigurePlace();
  const throttle = new Throttle(secondsBetween);
  let drawnEpochs = 0;
  const draw = (history: History): void => {
    place.show(trainingCurves(history));
    drawnEpochs = history.epochs.length;
  };
  return {
    // A run that continues, or was finished before, has curves already.
    onStart: ({ history }) => {
      if (inNotebook() && history.epochs.length > 0) draw(history);
    },
    onEpoch: (_row, history) => {
      if (inNotebook() && throttle.allows()) draw(history);
    },
    onEnd: (history) => {
      if (history.epochs.length === (inNotebook() ? drawnEpochs : 0)) return;
      if (inNotebook()) draw(history);
      else emit(figureOutput(trainingCurves(history)));
    },
  };
}
