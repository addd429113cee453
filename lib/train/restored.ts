import { counted } from '../data/text';
import { begunEpochs, type Recipe } from '../recipe';
import type { RunFolder } from '../runs/run-folder';
import type { TrainingState } from '../runs/state';
import { shownPath } from '../runtime/paths';

/**
 * The state that a run goes on from. A run that had trained all its epochs and is given more goes on; what a callback
 * asked for in its last step is done with.
 */
export function reopened(state: TrainingState, recipe: Recipe): TrainingState {
  if (state.ended !== 'done' || state.rows.length >= begunEpochs(recipe)) return state;
  return { ...state, stopReason: undefined, ended: null };
}

/**
 * What is said of a run that is taken up again.
 * @param nextRate the learning rate of its next step
 */
export function restoredNotice(
  { name, folder, extension }: Pick<RunFolder, 'name' | 'folder' | 'extension'>,
  { ended, epoch, step, sums, rows, stopReason, lastRate }: TrainingState,
  {
    recipe: { epochs, schedule, resizing },
    imagesInEpoch,
    nextRate,
  }: { readonly recipe: Recipe; readonly imagesInEpoch: number; readonly nextRate: number },
): string {
  const where = `${name} (${shownPath(folder)})`;
  if (ended) {
    const by = {
      done: '',
      'stopped early': ' (early stopping)',
      'stopped by a callback': ` (${stopReason})`,
    };
    return (
      `The run ${where} is finished already, with ${Math.min(rows.length, epochs)} of ${epochs} epochs${by[ended]}: loaded, ` +
      'not trained. resume: false begins it anew (in a terminal --fresh).'
    );
  }
  const before = lastRate ?? rows.at(-1)?.learningRate;
  const jump =
    extension && !extension.asPlanned && before !== undefined
      ? ` Its schedule (${schedule.kind}) was for ${counted(extension.from, 'epoch')} and is for ${epochs} now, so the ` +
        `learning rate goes from ${short(before)} to ${short(nextRate)}.` +
        (resizing ? ` The sizes of its images, too, are those of a run of ${epochs} epochs.` : '')
      : '';
  return (
    `The run ${where} goes on from its last checkpoint: epoch ${epoch} of ${epochs}, ` +
    `${sums.images} of ${imagesInEpoch} images in, after ${step} steps.${jump}`
  );
}

function short(rate: number): string {
  return String(Number(rate.toPrecision(3)));
}
