/**
 * oneDNN, the library whose kernels make TensorFlow fast on a CPU. This module neither loads nor sets
 * anything: `environment.ts` turns oneDNN on, and TensorFlow's log says whether it is on.
 */

/** 1 or true turns it on, 0 or false off; with any other value TensorFlow decides by the CPU. */
export const oneDnnVariable = 'TF_ENABLE_ONEDNN_OPTS';

export interface OneDnn {
  /** Whether operations on the CPU use it. */
  readonly on: boolean;
  /** Who decided that: the user's environment, this project's default, or TensorFlow itself. */
  readonly decidedBy: 'environment' | 'default' | 'tensorflow';
  /** TF_ENABLE_ONEDNN_OPTS as the user set it. */
  readonly setting?: string;
}

/**
 * @param on what TensorFlow's log says; a build without oneDNN ignores the variable
 * @param setting the user's TF_ENABLE_ONEDNN_OPTS; undefined: this project's default, which is on
 */
export function readOneDnn(on: boolean, setting: string | undefined): OneDnn {
  if (setting === undefined) return { on, decidedBy: on ? 'default' : 'tensorflow' };
  const followed = on ? /^(1|true)$/i : /^(0|false)$/i;
  return { on, decidedBy: followed.test(setting) ? 'environment' : 'tensorflow', setting };
}

/** One line for people: whether it is on, and who decided. */
export function describeOneDnn({ on, decidedBy, setting }: OneDnn): string {
  const shown = setting === undefined ? '' : `${oneDnnVariable} is "${setting}"`;
  if (decidedBy === 'default') return 'on, by this project’s default';
  if (decidedBy === 'environment') {
    if (on) return `on, since ${shown}`;
    return `off, since ${shown}: training is slower, and dilated convolutions can’t be trained on a CPU`;
  }
  if (setting !== undefined && !/^(1|true|0|false)$/i.test(setting)) {
    return `${on ? 'on' : 'off'}, as TensorFlow chose for this CPU: ${shown}, which is neither 0 nor 1`;
  }
  return on ? `on, although ${shown}` : 'off: this build of TensorFlow is without it, so training is slower';
}
