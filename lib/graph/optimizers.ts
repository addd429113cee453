/**
 * How an optimizer updates one weight in one step, by the formulas of Keras 3. If TensorFlow has an update as a single
 * operation, it is used.
 */
import type { Optimizer } from '../recipe/optimizers';
import type { Node, Value } from './graph';

import { cast, scalar } from './ops/cast';
import { add, addN, div, maximum, mul, pow, sqrt, square } from './ops/math';
import { l2Loss } from './ops/reduce';
import { resourceApply, Variable } from './ops/variable';

/** Values shared by all weights of a step. */
export interface StepValues {
  /** float32 scalar */
  readonly learningRate: Value;
  /** The step's number, counted from 0; int32 scalar */
  readonly step: Value;
}

export interface UpdateRule {
  /** The names of the optimizer's slots for a weight, with their initial values. */
  readonly slots: Readonly<Record<string, number>>;
  /** @param slots in the order of `this.slots` */
  update(weight: Variable, slots: readonly Variable[], gradient: Value): Node;
}

/** The update rule of `optimizer`; adds the operations that all weights share. */
export function updateRule(optimizer: Optimizer, { learningRate, step }: StepValues): UpdateRule {
  const { graph } = learningRate;
  const number = (value: number): Value => scalar(graph, value);
  switch (optimizer.kind) {
    case 'sgd': {
      const { momentum, nesterov } = optimizer;
      if (momentum === 0) {
        return {
          slots: {},
          update: (weight, _slots, gradient) =>
            resourceApply('GradientDescent', [weight], [learningRate, gradient]),
        };
      }
      return {
        slots: { momentum: 0 },
        update: (weight, slots, gradient) =>
          resourceApply('KerasMomentum', [weight, ...slots], [learningRate, gradient, number(momentum)], {
            use_nesterov: { bool: nesterov },
          }),
      };
    }
    case 'adagrad': {
      const { initialAccumulator, epsilon } = optimizer;
      return {
        slots: { accumulator: initialAccumulator },
        // TensorFlow's operation adds epsilon outside the square root, Keras inside.
        update: (weight, [accumulator], gradient) => {
          const total = add(accumulator.read(), square(gradient));
          const change = div(mul(gradient, learningRate), sqrt(add(total, number(epsilon))));
          return weight.assignSub(change, [accumulator.assign(total)]);
        },
      };
    }
    case 'adadelta': {
      const { rho, epsilon } = optimizer;
      return {
        slots: { accumulated_gradient: 0, accumulated_change: 0 },
        update: (weight, slots, gradient) =>
          resourceApply(
            'Adadelta',
            [weight, ...slots],
            [learningRate, number(rho), number(epsilon), gradient],
          ),
      };
    }
    case 'rmsprop': {
      const { rho, momentum, epsilon } = optimizer;
      return {
        slots: { velocity: 0, momentum: 0 },
        update: (weight, slots, gradient) => {
          const values = [learningRate, number(rho), number(momentum), number(epsilon), gradient];
          return resourceApply('RMSProp', [weight, ...slots], values);
        },
      };
    }
    case 'adam': {
      const { beta1, beta2, epsilon } = optimizer;
      const count = add(cast(step, 'float32'), number(1));
      const powers = [pow(number(beta1), count), pow(number(beta2), count)];
      return {
        slots: { m: 0, v: 0 },
        update: (weight, slots, gradient) => {
          const values = [...powers, learningRate, number(beta1), number(beta2), number(epsilon), gradient];
          return resourceApply('Adam', [weight, ...slots], values, { use_nesterov: { bool: false } });
        },
      };
    }
  }
}

/** Scales all `gradients` by one factor so that their joint norm is at most `most`. */
export function clipByGlobalNorm(gradients: readonly Value[], most: number): Value[] {
  const [{ graph }] = gradients;
  const squares = gradients.map((gradient) => mul(l2Loss(gradient), scalar(graph, 2)));
  const norm = sqrt(addN(squares));
  const factor = div(scalar(graph, most), maximum(norm, scalar(graph, most)));
  return gradients.map((gradient) => mul(gradient, factor));
}

/** Whether a weight decays. @param name the weight's original name, for instance `conv/kernel` */
export function decays({ weightDecay, decayed }: Optimizer, name: string): boolean {
  return weightDecay > 0 && (decayed === 'all' || name.endsWith('kernel'));
}

/**
 * Decoupled weight decay: subtracts the fraction `learningRate · amount` of the weight.
 * @param value the weight as it was read at the start of the step
 * @param after nodes that must run first
 */
export function decay(
  weight: Variable,
  value: Value,
  amount: number,
  learningRate: Value,
  after: readonly Node[],
): Node {
  return weight.assignSub(mul(value, mul(learningRate, scalar(weight.graph, amount))), after);
}
