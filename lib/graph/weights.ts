/** A model's weights as variables of the graph, one for each, under the names that Keras and tfjs share. */
import type { tf } from '../runtime/tensorflow';
import type { Graph } from './graph';
import { Variable } from './ops/variable';

export type ModelWeight = tf.LayersModel['weights'][number];

export interface WeightVariable {
  readonly weight: ModelWeight;
  /** `layer/weight`; where layers of nested models share it, the second one gets a number, and so on. */
  readonly name: string;
  readonly variable: Variable;
}

export class Weights {
  readonly all: readonly WeightVariable[];
  readonly #byId: ReadonlyMap<number, Variable>;

  constructor(graph: Graph, model: tf.LayersModel) {
    const taken = new Map<string, number>();
    this.all = graph.within('weights', () =>
      model.weights.map((weight) => {
        const count = (taken.get(weight.originalName) ?? 0) + 1;
        taken.set(weight.originalName, count);
        const name = count === 1 ? weight.originalName : `${weight.originalName}_${count}`;
        const variable = new Variable(graph, name, 'float32', weight.shape as readonly number[]);
        return { weight, name, variable };
      }),
    );
    this.#byId = new Map(this.all.map(({ weight, variable }) => [weight.id, variable]));
  }

  of(weight: ModelWeight): Variable {
    const variable = this.#byId.get(weight.id);
    if (!variable) throw new Error(`"${weight.originalName}" is no weight of this model`);
    return variable;
  }
}
