/** What one does to a training: play, pause, one step, start again; and its settings. */
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { optimizerNames } from '../../engine/train';
import { packs } from '../../packs';
import {
  batchSizes,
  blueprintId,
  changeSettings,
  epoch,
  isReady,
  isTraining,
  learningRates,
  lookAtTrained,
  oneStep,
  pause,
  play,
  restart,
  speed,
  step,
  trainSeed,
  trainSettings,
} from '../../state/train';
import { texts } from '../../texts';
import { goToPanel } from '../parts/focus';
import { Icon } from '../parts/icons';
import { SeedInput } from '../parts/seed-input';

export function Controls(): JSX.Element {
  const settings = trainSettings.value;
  const words = texts.train;
  return (
    <div class="train-controls">
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={!isReady.value}
          onClick={isTraining.value ? pause : play}
        >
          <Icon name={isTraining.value ? 'pause' : 'play'} />
          {isTraining.value ? words.pause : words.play}
        </button>
        <button type="button" disabled={isTraining.value || !isReady.value} onClick={oneStep}>
          <Icon name="next" />
          {words.step}
        </button>
        <button type="button" onClick={() => void restart()}>
          <Icon name="reset" />
          {words.restart}
        </button>
      </div>
      <p class="progress" data-step={step.value}>
        {words.progress(step.value, epoch.value)}
        {speed.value !== null && <span class="hint">{words.speed(speed.value)}</span>}
      </p>
      <Choice
        label={words.network}
        value={blueprintId.value}
        options={packs.offers('blueprint').map(({ id, title }) => [id, title])}
        onChoose={(id) => {
          blueprintId.value = id;
          void restart();
        }}
      />
      <Seed />
      <fieldset>
        <legend>{words.settings}</legend>
        <Choice
          label={words.optimizer}
          value={settings.optimizer}
          options={optimizerNames.map((name) => [name, words.optimizers[name]])}
          onChoose={(optimizer) => {
            changeSettings({ optimizer }, words.changes.optimizer(words.optimizers[optimizer]));
          }}
        />
        <Choice
          label={words.learningRate}
          value={settings.learningRate}
          options={learningRates.map((rate) => [rate, String(rate)])}
          onChoose={(learningRate) => {
            changeSettings({ learningRate }, words.changes.learningRate(learningRate));
          }}
        />
        <Choice
          label={words.batchSize}
          value={settings.batchSize}
          options={batchSizes.map((size) => [size, String(size)])}
          onChoose={(batchSize) => {
            changeSettings({ batchSize }, words.changes.batchSize(batchSize));
          }}
        />
      </fieldset>
      <div class="buttons">
        <button
          type="button"
          disabled={!isReady.value}
          onClick={() => {
            const title = packs.offers('blueprint').find(({ id }) => id === blueprintId.value)?.title ?? '';
            void lookAtTrained(words.named(title, step.value)).then(goToPanel);
          }}
        >
          {words.look}
        </button>
      </div>
    </div>
  );
}

interface ChoiceProps<Value extends string | number> {
  readonly label: string;
  readonly value: Value;
  /** Values and their names. */
  readonly options: readonly (readonly [Value, string])[];
  readonly onChoose: (value: Value) => void;
}

function Choice<Value extends string | number>(props: ChoiceProps<Value>): JSX.Element {
  const { label, value, options, onChoose } = props;
  const id = useId();
  return (
    <Row id={id} label={label}>
      <select
        id={id}
        value={String(value)}
        onChange={(event) => {
          onChoose(options[event.currentTarget.selectedIndex][0]);
        }}
      >
        {options.map(([each, name]) => (
          <option key={each} value={String(each)}>
            {name}
          </option>
        ))}
      </select>
    </Row>
  );
}

function Seed(): JSX.Element {
  const id = useId();
  return (
    <Row id={id} label={texts.train.seed}>
      <SeedInput
        id={id}
        value={trainSeed.value}
        onChange={(seed) => {
          trainSeed.value = seed;
          void restart();
        }}
      />
    </Row>
  );
}

function Row(props: {
  readonly id: string;
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="row">
      <label for={props.id}>{props.label}</label>
      {props.children}
    </div>
  );
}
