/**
 * How an optimizer updates one weight in one step, by the formulas of Keras 3. If TensorFlow has an update as a single
 * operation, it is used.
 */
import type { Optimizer } from '../recipe/optimizers';
import { customRule } from './custom/optimizer';
import type { Node, Value } from './graph';
import { muonRule } from './muon';
import { cast, scalar } from './ops/cast';
import { add, div, mul, pow, sign, sqrt, square } from './ops/math';
import { resourceApply, type Variable } from './ops/variable';
import type { StepValues, UpdateRule } from './update-rule';

/** The update rule of `optimizer`; adds the operations that all weights share. */
export function updateRule(optimizer: Optimizer, values: StepValues): UpdateRule {
  const { learningRate, step } = values;
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
      const { beta1, beta2, epsilon, amsgrad = false } = optimizer;
      const count = add(cast(step, 'float32'), number(1));
      const powers = [pow(number(beta1), count), pow(number(beta2), count)];
      if (amsgrad) {
        return {
          slots: { m: 0, v: 0, v_hat: 0 },
          update: (weight, slots, gradient) => {
            const values = [...powers, learningRate, number(beta1), number(beta2), number(epsilon), gradient];
            return resourceApply('AdamWithAmsgrad', [weight, ...slots], values);
          },
        };
      }
      return {
        slots: { m: 0, v: 0 },
        update: (weight, slots, gradient) => {
          const values = [...powers, learningRate, number(beta1), number(beta2), number(epsilon), gradient];
          return resourceApply('Adam', [weight, ...slots], values, { use_nesterov: { bool: false } });
        },
      };
    }
    case 'lion': {
      const { beta1, beta2 } = optimizer;
      const mix = (mean: Value, gradient: Value, share: number): Value =>
        add(mul(mean, number(share)), mul(gradient, number(1 - share)));
      return {
        slots: { momentum: 0 },
        update: (weight, [momentum], gradient) => {
          const before = momentum.read();
          const change = mul(sign(mix(before, gradient, beta1)), learningRate);
          return weight.assignSub(change, [momentum.assign(mix(before, gradient, beta2))]);
        },
      };
    }
    case 'muon':
      return muonRule(optimizer, learningRate);
    case 'custom':
      return customRule(optimizer, values);
  }
}

/** Whether a weight is one that decays. @param name the weight's original name, for instance `conv/kernel` */
export function decays({ decayed }: Optimizer, name: string): boolean {
  return decayed === 'all' || name.endsWith('kernel');
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
