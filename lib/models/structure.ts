import { UserError } from '../runtime/errors';
import { outputShape } from './costs';
import type { tf } from '../runtime/tensorflow';

/**
 * The structure of a network: a sequence of steps, where a step is a unit or a fork into branches that merge again.
 * Every network here, and most published ones, are of this kind (series-parallel).
 */
export type Sequence = readonly Step[];

export type Step = Unit | Fork;

/** A layer together with those that complete it: normalisation, activation, dropout. */
export interface Unit {
  readonly kind: 'unit';
  readonly layers: readonly tf.layers.Layer[];
  /** How many equal ones follow one another here. */
  readonly times: number;
}

export interface Fork {
  readonly kind: 'fork';
  /** The steps of each branch; an empty branch passes the input on unchanged. */
  readonly branches: readonly Sequence[];
  /** What joins the branches: a sum, a concatenation. */
  readonly merge: Unit;
  readonly times: number;
}

const finishing = new Set([
  'BatchNormalization',
  'Activation',
  'ReLU',
  'LeakyReLU',
  'ELU',
  'Softmax',
  'Dropout',
]);

/**
 * Reads a network's structure off its layers. Consecutive steps that do the same to an input of the same shape are
 * counted, not repeated.
 * @throws UserError for more than one input or output, or if branches share layers
 */
export function structure(model: tf.LayersModel): Sequence {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new UserError(
      `"${model.name}" has ${model.inputs.length} inputs and ${model.outputs.length} outputs; expected one of each.`,
    );
  }
  return new Reader(model).read();
}

type Tensor = tf.SymbolicTensor;

class Reader {
  /** The tensors computed from a tensor, in the order of the layers. */
  readonly #takers = new Map<Tensor, Tensor[]>();
  readonly #order: Tensor[] = [];
  /** For each tensor, the tensors that every path from it to the output passes through. */
  readonly #ahead = new Map<Tensor, Set<Tensor>>();
  readonly #drawn = new Set<Tensor>();

  constructor(readonly model: tf.LayersModel) {
    this.#visit(model.outputs[0]);
    for (const tensor of [...this.#order].reverse()) {
      const ways = this.#takersOf(tensor).map((taker) => this.#ahead.get(taker)!);
      const common =
        ways.length === 0 ? [] : [...ways[0]].filter((each) => ways.every((way) => way.has(each)));
      this.#ahead.set(tensor, new Set([tensor, ...common]));
    }
  }

  read(): Sequence {
    return this.#sequence(this.model.inputs[0], undefined);
  }

  #visit(tensor: Tensor): void {
    if (this.#order.includes(tensor)) return;
    for (const input of tensor.inputs) {
      this.#visit(input);
      this.#takers.set(input, [...this.#takersOf(input), tensor]);
    }
    this.#order.push(tensor);
  }

  #takersOf(tensor: Tensor): Tensor[] {
    return this.#takers.get(tensor) ?? [];
  }

  /** The steps after `from`, up to but not including `end`. */
  #sequence(from: Tensor, end: Tensor | undefined): Sequence {
    const steps: Step[] = [];
    let at = from;
    for (;;) {
      const takers = this.#takersOf(at);
      if (takers.length === 0 || takers[0] === end) break;
      if (takers.length === 1) {
        const unit = this.#unit(takers[0], end);
        steps.push(unit.step);
        at = unit.last;
        continue;
      }
      const join = this.#order.find((each) => each !== at && this.#ahead.get(at)!.has(each))!;
      const branches = takers.map((taker) => this.#branch(taker, join));
      const merge = this.#unit(join, end);
      steps.push({ kind: 'fork', branches, merge: merge.step, times: 1 });
      at = merge.last;
    }
    return grouped(steps);
  }

  #branch(first: Tensor, join: Tensor): Sequence {
    if (first === join) return [];
    const unit = this.#unit(first, join);
    return grouped([unit.step, ...this.#sequence(unit.last, join)]);
  }

  /** The layer that computes `first`, and the completing layers after it, as long as nothing else uses the output. */
  #unit(first: Tensor, end: Tensor | undefined): { step: Unit; last: Tensor } {
    const layers = [this.#take(first)];
    let last = first;
    for (;;) {
      const takers = this.#takersOf(last);
      if (takers.length !== 1 || takers[0] === end) break;
      if (!finishing.has(takers[0].sourceLayer.getClassName())) break;
      layers.push(this.#take(takers[0]));
      last = takers[0];
    }
    return { step: { kind: 'unit', layers, times: 1 }, last };
  }

  #take(tensor: Tensor): tf.layers.Layer {
    if (this.#drawn.has(tensor)) {
      throw new UserError(
        `The branches of "${this.model.name}" meet in "${tensor.sourceLayer.name}" before they are merged. Such a ` +
          'network is not a sequence of forks and cannot be drawn as a diagram.',
      );
    }
    this.#drawn.add(tensor);
    return tensor.sourceLayer;
  }
}

function grouped(steps: readonly Step[]): Sequence {
  const result: Step[] = [];
  for (const step of steps) {
    const before = result.at(-1);
    // Equal, with the same output shape: from the second one on, the input's shape is the same too.
    if (before && signature(before) === signature(step)) {
      result[result.length - 1] = { ...before, times: before.times + 1 };
    } else {
      result.push(step);
    }
  }
  return result;
}

/** Equal for steps that do the same and give the same shape, whatever the names of their layers. */
function signature(step: Step): string {
  if (step.kind === 'fork') {
    const parts = step.branches.map((branch) => branch.map((each) => `${signature(each)}*${each.times}`));
    return JSON.stringify([parts, signature(step.merge)]);
  }
  return JSON.stringify(
    step.layers.map((layer) => {
      const { kernelSize, poolSize, strides, padding, units, filters, rate, activation } = layer.getConfig();
      const own = [kernelSize, poolSize, strides, padding, units, filters, rate, activation];
      return [layer.getClassName(), outputShape(layer), ...own];
    }),
  );
}
