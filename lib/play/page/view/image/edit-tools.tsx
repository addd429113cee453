/** What one can do to the picture. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { change, edits, isEdited, strokes, undoAll } from '../../state/picture';
import { settings } from '../../state/settings';
import { tool, tools } from '../../state/tools';
import { texts } from '../../texts';
import { Icon, type IconName } from '../parts/icons';
import { undoLast } from './stage';

const icons = { move: 'move', cover: 'cover', draw: 'brush' } as const satisfies Record<string, IconName>;

export function EditTools(): JSX.Element {
  const { turn, mirrored, brightness, contrast, blur, covers } = edits.value;
  const count = tool.value === 'draw' ? strokes.value.length : covers.length;
  return (
    <div class="edit-tools">
      <div class="buttons" role="group" aria-label={texts.edits.tools}>
        {tools.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={tool.value === name}
            onClick={() => {
              tool.value = name;
            }}
          >
            <Icon name={icons[name]} />
            {texts.edits.tool[name]}
          </button>
        ))}
      </div>
      <p class="hint">{texts.edits.hint[tool.value]}</p>
      {tool.value === 'draw' && <Brush />}
      <div class="sliders">
        <Slider
          label={texts.edits.turn}
          value={turn}
          min={-180}
          max={180}
          step={1}
          shown={texts.edits.degrees(turn)}
          onInput={(value) => {
            change({ turn: value });
          }}
        />
        <Slider
          label={texts.edits.brightness}
          value={brightness}
          min={-0.6}
          max={0.6}
          step={0.02}
          shown={texts.edits.share(brightness)}
          onInput={(value) => {
            change({ brightness: value });
          }}
        />
        <Slider
          label={texts.edits.contrast}
          value={contrast}
          min={0}
          max={2.5}
          step={0.05}
          shown={texts.edits.times(contrast)}
          onInput={(value) => {
            change({ contrast: value });
          }}
        />
        <Slider
          label={texts.edits.blur}
          value={blur}
          min={0}
          max={4}
          step={0.1}
          shown={texts.edits.pixels(blur)}
          onInput={(value) => {
            change({ blur: value });
          }}
        />
      </div>
      <div class="buttons">
        <button
          type="button"
          aria-pressed={mirrored}
          onClick={() => {
            change({ mirrored: !edits.peek().mirrored });
          }}
        >
          <Icon name="mirror" />
          {texts.edits.mirror}
        </button>
        {tool.value !== 'move' && (
          <button type="button" disabled={count === 0} onClick={undoLast}>
            {texts.edits.undo[tool.value]}
          </button>
        )}
        <button type="button" disabled={!isEdited.value} onClick={undoAll}>
          <Icon name="reset" />
          {texts.edits.reset}
        </button>
      </div>
    </div>
  );
}

function Brush(): JSX.Element {
  const id = useId();
  const size = settings.brushSize.value;
  return (
    <div class="brush">
      <label for={id}>{texts.edits.colour}</label>
      <input
        id={id}
        type="color"
        value={settings.brushColour.value}
        onInput={(event) => {
          settings.brushColour.value = event.currentTarget.value;
        }}
      />
      <Slider
        label={texts.edits.brushSize}
        value={size}
        min={0.03}
        max={0.4}
        step={0.01}
        shown={texts.edits.share(size)}
        onInput={(value) => {
          settings.brushSize.value = value;
        }}
      />
    </div>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The value as it is read. */
  readonly shown: string;
  readonly onInput: (value: number) => void;
}

export function Slider({ label, value, min, max, step, shown, onInput }: SliderProps): JSX.Element {
  const id = useId();
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        {...{ value, min, max, step }}
        aria-valuetext={shown}
        onInput={(event) => {
          onInput(event.currentTarget.valueAsNumber);
        }}
      />
      <output for={id}>{shown}</output>
    </div>
  );
}
