import type { NamedArray, NamedArrays } from '../models/weights/named';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import type { Session } from './session';
import { signature } from './signatures';
import type { Slot } from './training-graph';

/** The optimizer's state in a session: an array for each slot, by `layer/weight/slot`. */
export class SlotValues {
  constructor(
    readonly slots: readonly Slot[],
    readonly session: Session,
  ) {}

  /** Gives each slot its initial value. */
  reset(): void {
    tf.tidy(() => {
      this.#write(
        this.slots.map(({ shape, initial }) =>
          typeof initial === 'number' ? tf.fill([...shape], initial) : initial.read(),
        ),
      );
    });
  }

  get(): NamedArrays {
    if (this.slots.length === 0) return new Map();
    const values = this.session.run(signature.readSlots);
    const arrays = new Map(this.slots.map(({ name }, i) => [name, namedArray(values[i])]));
    tf.dispose(values);
    return arrays;
  }

  /** @throws UserError unless names and shapes are those that `get` gives; nothing is changed then */
  set(arrays: NamedArrays): void {
    const known = new Set(this.slots.map(({ name }) => name));
    const extra = [...arrays.keys()].find((name) => !known.has(name));
    if (extra !== undefined) throw new UserError(`The optimizer has no place for the slot "${extra}".`);
    tf.tidy(() => {
      this.#write(this.slots.map((slot) => tensorOf(slot, arrays)));
    });
  }

  #write(values: readonly tf.Tensor[]): void {
    if (values.length > 0) this.session.execute(signature.writeSlots, values);
  }
}

function tensorOf({ name, shape }: Slot, arrays: NamedArrays): tf.Tensor {
  const array = arrays.get(name);
  if (!array) throw new UserError(`The optimizer's slot "${name}" is missing.`);
  if (array.shape.join() !== shape.join()) {
    throw new UserError(
      `The optimizer's slot "${name}" has the shape [${array.shape.join(', ')}], not [${shape.join(', ')}].`,
    );
  }
  return tf.tensor(array.values, [...array.shape]);
}

/** A tensor's numbers, on their own. */
export function namedArray(tensor: tf.Tensor): NamedArray {
  return { shape: tensor.shape, values: tensor.dataSync().slice() as Float32Array };
}
