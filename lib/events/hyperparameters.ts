/**
 * A run on TensorBoard's HParams page: what was chosen about it, and whether it has ended. Its results are the last points of
 * its charts.
 * https://github.com/tensorflow/tensorboard/blob/master/tensorboard/plugins/hparams/plugin_data.proto
 */
import { describeAugmentation, type Recipe } from '../recipe';
import { pluginData, type Event } from './event';
import { message, submessage, type Fields } from './protobuf';

const plugin = 'hparams';

const tags = { start: '_hparams_/session_start_info', end: '_hparams_/session_end_info' } as const;

/** Numbers of the fields of `HParamsPluginData` and what it consists of. */
const fieldOf = {
  data: { start: 3, end: 4 },
  start: { hyperparameters: 1, group: 4, seconds: 5 },
  end: { status: 1, seconds: 2 },
  entry: { key: 1, value: 2 },
  value: { number: 2, string: 3, bool: 4 },
} as const;

const success = 1;

export type Hyperparameters = Readonly<Record<string, string | number | boolean>>;

/** @param name the run's */
export function sessionStart(name: string, hyperparameters: Hyperparameters): Event {
  return data(tags.start, fieldOf.data.start, (writer) => {
    for (const [key, value] of Object.entries(hyperparameters)) {
      submessage(writer, fieldOf.start.hyperparameters, (entry) => {
        entry.writeString(fieldOf.entry.key, key);
        submessage(entry, fieldOf.entry.value, (inner) => {
          if (typeof value === 'number') inner.writeDouble(fieldOf.value.number, value);
          else if (typeof value === 'string') inner.writeString(fieldOf.value.string, value);
          else inner.writeBool(fieldOf.value.bool, value);
        });
      });
    }
    writer.writeString(fieldOf.start.group, name);
    writer.writeDouble(fieldOf.start.seconds, Date.now() / 1000);
  });
}

export function sessionEnd(): Event {
  return data(tags.end, fieldOf.data.end, (writer) => {
    writer.writeInt32(fieldOf.end.status, success);
    writer.writeDouble(fieldOf.end.seconds, Date.now() / 1000);
  });
}

export const isOfSession = ({ tag }: Event): boolean => Object.values<string>(tags).includes(tag);

function data(tag: string, field: number, fields: Fields): Event {
  const content = message((writer) => {
    submessage(writer, field, fields);
  });
  return pluginData(tag, plugin, content);
}

/**
 * A recipe as a row of a table: `optimizer`, `optimizer.learningRate`, `schedule`, …. What is off is left out, and so are
 * the numbers that `normalisation` stands for.
 */
export function hyperparametersOf({ normalisation, augmentation, ...recipe }: Recipe): Hyperparameters {
  const changes = Object.entries(flat('augmentation', augmentation)).filter(([, value]) => Boolean(value));
  const isAugmented = changes.some(([name]) => name !== 'augmentation.padding');
  return {
    ...flat('', recipe),
    ...(isAugmented && Object.fromEntries(changes)),
    augmentation: describeAugmentation(augmentation),
    normalisation: normalisation ? 'channels' : 'none',
  };
}

/** An object's `kind` stands for it: the schedule's is called `schedule`. */
function flat(prefix: string, settings: object): Hyperparameters {
  const entries = Object.entries(settings).flatMap(([key, value]: [string, unknown]) => {
    const name = key === 'kind' ? prefix : [prefix, key].filter(Boolean).join('.');
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value.length === 0 ? [] : [[name, JSON.stringify(value)]];
    if (typeof value === 'object') return Object.entries(flat(name, value));
    return [[name, value]];
  });
  return Object.fromEntries(entries) as Hyperparameters;
}
