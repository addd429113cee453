/** `--set key=value`: parsing the settings, and the grid that several values span. */
import { UserError } from '../runtime/errors';
import type { Parameters, ParameterValue } from './parameters';

/** For each parameter the texts of its values; several values make a grid. */
export type Settings = ReadonlyMap<string, readonly string[]>;

/**
 * @param words each `key=value` or `key=value,value,...`; commas inside brackets, braces or quotes don't count
 * @throws UserError for a word of another form, or a parameter or value given twice
 */
export function readSettings(words: readonly string[]): Settings {
  const settings = new Map<string, readonly string[]>();
  for (const word of words) {
    const match = /^([A-Za-z_$][\w$]*)=([^]*)$/.exec(word);
    if (match === null) {
      throw new UserError(`--set ${word}: expected a parameter and its value, such as batchSize=32.`);
    }
    const [, name, values] = match;
    if (settings.has(name)) {
      throw new UserError(`${name} is set twice; for a run with each value: --set ${name}=first,second.`);
    }
    const texts = splitAtCommas(values);
    const twice = texts.find((text, i) => texts.indexOf(text) !== i);
    if (twice !== undefined) throw new UserError(`--set ${word}: the value ${twice} is there twice.`);
    settings.set(name, texts);
  }
  return settings;
}

function splitAtCommas(text: string): string[] {
  const parts = [''];
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '\\' && quoted) {
      parts[parts.length - 1] += character + (text[++i] ?? '');
      continue;
    }
    if (character === '"') quoted = !quoted;
    else if (!quoted && '[{'.includes(character)) depth++;
    else if (!quoted && ']}'.includes(character)) depth--;
    if (character === ',' && !quoted && depth <= 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

/** One point of a grid: all parameters, and a label made from those that vary. */
export interface GridPoint {
  readonly parameters: Parameters;
  /** For example `batchSize=16--rate=0.1`; empty if there is only one point. */
  readonly label: string;
}

/** All combinations of the values; the last parameter changes fastest. */
export function gridPoints(values: ReadonlyMap<string, readonly ParameterValue[]>): GridPoint[] {
  let points: GridPoint[] = [{ parameters: {}, label: '' }];
  for (const [name, choices] of values) {
    points = points.flatMap(({ parameters, label }) =>
      choices.map((choice) => ({
        parameters: { ...parameters, [name]: choice },
        label:
          choices.length === 1 ? label : [label, `${name}=${fileText(choice)}`].filter(Boolean).join('--'),
      })),
    );
  }
  return points;
}

/** A value as part of a file name. Different values may give the same text; the plan checks for that. */
function fileText(value: ParameterValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/[^\w.+-]+/g, '_').slice(0, 60);
}
