import { summary } from '../models/summary';
import { checkPrecisionChoice, choosePrecision, type Precision, type PrecisionChoice } from '../recipe';
import type { RunOptions } from '../runs/run-folder';
import { computeCapability } from '../runtime/card';
import type { tf } from '../runtime/tensorflow';
import { usesGpu } from '../runtime/versions';
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
 * @param capability of the card that TensorFlow runs on, asked for only if it matters; null without a card
 * @throws UserError that lists the choices
 */
export function resolvePrecision(
  choice: PrecisionChoice,
  { model, engine, run, onNotice }: Circumstances,
  capability: () => number | null = () => (usesGpu() ? computeCapability() : null),
): Precision {
  if (checkPrecisionChoice(choice) !== 'auto') return choice as Precision;
  const chosen = engine.bfloat16 ? choosePrecision(capability(), summary(model).multiplyAdds) : 'float32';
  const stored = storedRecipe(run)?.precision;
  if (stored === undefined || stored === chosen) return chosen;
  onNotice(
    `The run "${run?.name ?? ''}" was begun in ${stored} and goes on in it. On this machine, precision: 'auto' chooses ` +
      `${chosen}; to train in that, start it afresh.`,
  );
  return stored;
}
