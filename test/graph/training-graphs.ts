/** Training graphs as a GPU would run them: of every network, recipe and precision, and of every optimizer. */
import { TrainingGraph } from '../../lib/graph/training-graph';
import type { TrainingGraphOptions } from '../../lib/graph/training-options';
import { modelInputs } from '../../lib/models/model-inputs';
import { networkNamed, networks } from '../../lib/models';
import type { tf } from '../../lib/runtime/tensorflow';
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  crossEntropy,
  meanSquaredError,
  noAugmentation,
  recipe,
  recipeNamesFor,
  rmsprop,
  sgd,
  standardAugmentation,
  type Augmentation,
} from '../../lib/recipe';

const normalisation = { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] };
const dtypes = ['float32', 'bfloat16'] as const;

const optimizers = {
  sgd: sgd(),
  momentum: sgd({ momentum: 0.9 }),
  nesterov: sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-3, decayed: 'kernels' }),
  adagrad: adagrad(),
  adadelta: adadelta(),
  rmsprop: rmsprop({ momentum: 0.9 }),
  adam: adam(),
  adamW: adamW({ clipNorm: 1 }),
};
const augmentations = {
  reflected: { ...standardAugmentation, padding: 'reflect' },
  alternating: { ...noAugmentation, flip: 'alternating' },
  together: { ...standardAugmentation, padding: 'reflect', flip: 'alternating', cutout: 8 },
} satisfies Record<string, Augmentation>;
const losses = {
  smoothed: crossEntropy({ labelSmoothing: 0.1 }),
  fromProbabilities: crossEntropy({ fromLogits: true }),
  squares: meanSquaredError(),
};

/** Defaults to Adam on cross-entropy, plain images, float32, on a GPU. */
export function trainingGraph(
  model: tf.LayersModel,
  settings: Partial<Omit<TrainingGraphOptions, 'model'>> = {},
): TrainingGraph {
  return new TrainingGraph({
    model,
    imageShape: [32, 32, 3],
    inputs: modelInputs(model),
    imageCount: 50_000,
    heldOutCount: 10_000,
    normalisation: null,
    augmentation: noAugmentation,
    loss: crossEntropy(),
    optimizer: adam(),
    dtype: 'float32',
    device: 'gpu',
    seed: 1,
    stepsPerEpoch: 100,
    totalSteps: 1000,
    ...settings,
  });
}

/** Calls `use` with each graph, and a name that says which it is: `vgg16, modern, bfloat16`. */
export function forEachTrainingGraph(use: (name: string, graph: TrainingGraph) => void): void {
  for (const network of Object.keys(networks)) {
    // A network's width changes no operation.
    const model = networkNamed(network).build({ seed: 1, width: 0.25 });
    for (const name of recipeNamesFor(network)) {
      const { optimizer, loss, augmentation, normalisation: channels } = recipe(name, network);
      const settings = { optimizer, loss, augmentation, normalisation: channels && normalisation };
      for (const dtype of dtypes) {
        use(`${network}, ${name}, ${dtype}`, trainingGraph(model, { ...settings, dtype }));
      }
    }
    if (network === 'resnet18') {
      for (const dtype of dtypes) {
        use(`${network}, smaller images, ${dtype}`, trainingGraph(model, { dtype, sides: [16, 24] }));
      }
    }
    if (network === 'baseline') {
      for (const [name, optimizer] of Object.entries(optimizers)) {
        use(`${network}, ${name}`, trainingGraph(model, { optimizer }));
      }
      for (const [name, loss] of Object.entries(losses))
        use(`${network}, ${name}`, trainingGraph(model, { loss }));
      for (const [name, augmentation] of Object.entries(augmentations)) {
        use(`${network}, ${name}`, trainingGraph(model, { augmentation }));
      }
    }
    model.dispose();
  }
}
