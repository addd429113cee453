/** The third tab: a small network that learns in the page. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import {
  changes,
  data,
  heldOutCurve,
  pause,
  type Point,
  prepareTraining,
  trainError,
  trainingCurve,
} from '../../state/train';
import { number, texts } from '../../texts';
import { Chart, type Curve } from './chart';
import { Controls } from './controls';
import { InsideNetwork } from './inside';

export function Train(): JSX.Element {
  useEffect(() => {
    prepareTraining();
    // Nobody sees it learn in another tab.
    return pause;
  }, []);
  const pictures = data.value;
  return (
    <div class="train">
      <header>
        <h2>{texts.train.title}</h2>
        <p class="hint">
          {pictures
            ? texts.train.intro(pictures.training.labels.length, pictures.heldOut.labels.length)
            : trainError.value === null && texts.train.loading}
        </p>
        <p class="notice" role="alert">
          {trainError.value}
        </p>
      </header>
      <Controls />
      <div class="charts">
        <Chart
          name="loss"
          title={texts.train.loss}
          about={texts.train.lossAbout}
          training={curveOf(trainingCurve.value, 'loss')}
          heldOut={curveOf(heldOutCurve.value, 'loss')}
          changes={changes.value}
          format={number}
        />
        <Chart
          name="accuracy"
          title={texts.train.accuracy}
          about={texts.train.accuracyAbout}
          training={curveOf(trainingCurve.value, 'accuracy')}
          heldOut={curveOf(heldOutCurve.value, 'accuracy')}
          changes={changes.value}
          most={1}
          format={texts.answer.percent}
        />
      </div>
      <InsideNetwork />
    </div>
  );
}

function curveOf(points: readonly Point[], what: 'loss' | 'accuracy'): Curve {
  return points.map(({ step, measured }) => [step, measured[what]]);
}
