import { summary } from '../models/summary';
import { checkPrecisionChoice, choosePrecision, type Precision, type PrecisionChoice } from '../recipe';
import type { RunOptions } from '../runs/run-folder';
import { hasFastBfloat16 } from '../graph/fast-bfloat16';
import type { tf } from '../runtime/tensorflow';
import type { Engine } from './engine';
import { storedRecipe } from './stored-recipe';

/** What `auto` goes by. */
interface Circumstances {
  readonly model: tf.LayersModel;
  readonly engine: Engine;
  readonly run: RunOptions | undefined;
  readonly onNotice: (message: string) => void;
}

/**
 * The precision that a choice stands for here. With `auto`, a stored run goes on in the precision that it began in,
 * which a notice says if another would be chosen here.
 * @param fastBfloat16 whether TensorFlow's device is faster in bfloat16; asked only if it matters
 * @throws UserError that lists the choices
 */
export function resolvePrecision(
  choice: PrecisionChoice,
  { model, engine, run, onNotice }: Circumstances,
  fastBfloat16: () => boolean = hasFastBfloat16,
): Precision {
  if (checkPrecisionChoice(choice) !== 'auto') return choice as Precision;
  const chosen = engine.bfloat16 ? choosePrecision(fastBfloat16(), summary(model).multiplyAdds) : 'float32';
  const stored = storedRecipe(run)?.precision;
  if (stored === undefined || stored === chosen) return chosen;
  onNotice(
    `The run "${run?.name ?? ''}" was begun in ${stored} and goes on in it. On this machine, precision: 'auto' chooses ` +
      `${chosen}; to train in that, start it afresh.`,
  );
  return stored;
}
