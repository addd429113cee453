/** The settings of one layer, from tfjs to Keras and back. */
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../runtime/errors';
import type { Settings } from './description';
import { isGlobalPool, knownLayer, knownLayerNames } from './known-layers';
import { converted, type Direction, Unknown } from './setting-values';

/** What every layer has, and what says how it computes and not what. */
const general = new Set(['name', 'trainable', 'dtype', 'batch_input_shape', 'quantization_config']);

/**
 * @param settings under the names of the side that they come from
 * @param network its name, for messages
 * @returns them under the names of the other side
 * @throws UserError if the other side lacks the layer, a setting or a value of one
 */
export function convertSettings(
  layer: { readonly type: string; readonly name: string; readonly settings: Settings },
  network: string,
  direction: Direction,
): Settings {
  const { type, name, settings } = layer;
  const known = knownLayer(type);
  const other = direction === 'to Keras' ? 'Keras' : 'tfjs';
  const own = direction === 'to Keras' ? 'tfjs' : 'Keras';
  const refuse = (reason: string): UserError =>
    new UserError(`The layer "${name}" of "${network}", a ${type}, ${reason}.`);
  if (!known) throw refuse(`is none of those that tfjs and Keras share. Known are: ${knownLayerNames()}`);

  const result: Record<string, unknown> = {};
  if (settings['trainable'] === false) result['trainable'] = false;
  const named = new Set<string>();
  for (const setting of known.settings) {
    const [ofTfjs, ofKeras] = typeof setting === 'string' ? [setting, setting] : setting;
    const [from, to] = direction === 'to Keras' ? [ofTfjs, ofKeras] : [ofKeras, ofTfjs];
    named.add(from);
    if (!(from in settings)) continue;
    try {
      const value = converted(from, settings[from], direction);
      if (value !== undefined) result[to] = value;
    } catch (error) {
      throw error instanceof Unknown ? refuse(error.message) : error;
    }
  }
  for (const [key, value] of Object.entries(settings)) {
    if (named.has(key) || general.has(key) || known.idle?.includes(key)) continue;
    if (key === 'keepdims' && isGlobalPool(type)) continue;
    const fixed = known.fixed?.[key];
    const isUsual = fixed === undefined ? value === null || value === false : isDeepStrictEqual(value, fixed);
    if (isUsual) continue;
    const only = fixed === undefined ? 'off' : JSON.stringify(fixed);
    throw refuse(`has the ${key} ${JSON.stringify(value)} in ${own}; in ${other} it is always ${only}`);
  }
  return result;
}
