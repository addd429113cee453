/** What a training step does with each weight of a model. */
import { keyed, type Weight } from '../models/weights/keys';
import { leafLayers, type LeafLayer } from '../models/leaf-layers';
import { adam, sgd, type Muon, type Optimizer } from '../recipe/optimizers';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import { decays } from './optimizers';

export interface Treatment {
  /** Weights with treatments of the same name are updated alike, and may share a variable. */
  readonly name: string;
  readonly trained: boolean;
  /** The weight decay of a step, as a factor of the optimizer's scheduled rate times `rate`; 0 for none. */
  readonly decay: number;
  /** Multiplies the learning rate, and with it the decay. */
  readonly rate: number;
  /** Multiplies the learning rate once more, but not the decay, as Keras does for what Muon leaves to others. */
  readonly ownRate: number;
  /** Nothing changes in that many epochs. */
  readonly frozenEpochs: number;
  /** Nothing changes after that many epochs. */
  readonly trainedEpochs: number;
  /** What updates the weight; another than the recipe's for weights that Muon leaves to others. */
  readonly optimizer: Optimizer;
}

/**
 * @returns a function that gives the treatment of each of the model's weights
 * @throws UserError for a pattern of layers that matches none
 */
export function treatments(model: tf.LayersModel, optimizer: Optimizer): (weight: Weight) => Treatment {
  const trained = new Set(model.trainableWeights.map(({ id }) => id));
  const layers = leafLayers(model);
  const found = new Map<number, Treatment>();
  const settings = (optimizer.layers ?? []).map((each, i) => {
    const { layers: pattern, rate = 1, decay = 1, frozenEpochs = 0, trainedEpochs = Infinity } = each;
    const matched = matching(`optimizer.layers[${i}].layers`, pattern, layers);
    return { matched, rate, decay, frozenEpochs, trainedEpochs };
  });
  const split = optimizer.kind === 'muon' ? matricesOf(layers, optimizer) : undefined;
  const keys = new Map(keyed(model).map(({ key, weight }) => [weight.id, key]));

  for (const each of layers) {
    const own = settings.filter(({ matched }) => matched.has(each));
    const rate = own.reduce((product, each) => product * each.rate, 1);
    const decayRate = own.reduce((product, each) => product * each.decay, 1);
    const frozenEpochs = Math.max(0, ...own.map((each) => each.frozenEpochs));
    const trainedEpochs = Math.min(...own.map((each) => each.trainedEpochs));
    for (const { id, originalName } of each.layer.weights) {
      const isTrained = trained.has(id);
      const isMatrix = isTrained && split?.matrices.has(id) === true;
      const rest = isMatrix ? undefined : split?.rest;
      const decay =
        isTrained && decays(optimizer, originalName) ? decayRate * (rest?.decay ?? optimizer.weightDecay) : 0;
      const name = [
        ...[!isTrained ? 'kept' : decay > 0 ? 'decayed' : 'trained'],
        ...(isTrained && rate !== 1 ? [`rate${rate}`] : []),
        ...(decay > 0 && decayRate !== 1 ? [`decay${decayRate}`] : []),
        ...(frozenEpochs > 0 ? [`after${frozenEpochs}`] : []),
        ...(trainedEpochs < Infinity ? [`until${trainedEpochs}`] : []),
        // Each is a matrix of its own, and so has a variable of its own.
        ...(isMatrix ? [`matrix_${keys.get(id)}`] : []),
      ].join('_');
      found.set(id, {
        name,
        trained: isTrained,
        decay,
        frozenEpochs,
        trainedEpochs,
        rate,
        ownRate: rest?.rate ?? 1,
        optimizer: rest?.optimizer ?? optimizer,
      });
    }
  }
  return ({ id, originalName }) => {
    const treatment = found.get(id);
    if (!treatment) throw new Error(`"${originalName}" is no weight of "${model.name}"`);
    return treatment;
  };
}

interface Matrices {
  /** The ids of the weights that Muon updates itself. */
  readonly matrices: ReadonlySet<number>;
  /** What updates all others, its rate and its decay as factors of Muon's rate. */
  readonly rest: { readonly optimizer: Optimizer; readonly rate: number; readonly decay: number };
}

function matricesOf(layers: readonly LeafLayer[], muon: Muon): Matrices {
  const kernels = (each: LeafLayer): Weight[] =>
    each.layer.weights.filter(
      ({ originalName, shape }) =>
        originalName.endsWith('/kernel') && (shape.length === 2 || (muon.convolutions && shape.length > 2)),
    );
  const excluded = new Set(
    muon.exclude === null
      ? layers.filter((each) => kernels(each).length > 0).slice(-1)
      : muon.exclude.flatMap((pattern, i) => [...matching(`optimizer.exclude[${i}]`, pattern, layers)]),
  );
  const matrices = layers.filter((each) => !excluded.has(each)).flatMap(kernels);
  return { matrices: new Set(matrices.map(({ id }) => id)), rest: besideMuon(muon) };
}

function besideMuon(muon: Muon): Matrices['rest'] {
  const { descent, learningRate, weightDecay, beta1, beta2, epsilon, adamRate } = muon;
  if (!descent) {
    return { optimizer: adam({ learningRate, beta1, beta2, epsilon }), rate: adamRate, decay: weightDecay };
  }
  const { weightDecay: ownDecay, ...settings } = descent;
  const rate = settings.learningRate / learningRate;
  return { optimizer: sgd(settings), rate, decay: ownDecay * rate };
}

/** The layers that a pattern names: `*` stands for any characters, a nested model for all layers in it. */
function matching(setting: string, pattern: string, layers: readonly LeafLayer[]): ReadonlySet<LeafLayer> {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const whole = new RegExp(`^${parts.join('.*')}$`);
  const matched = layers.filter(({ layer, within }) =>
    [layer.name, ...within].some((name) => whole.test(name)),
  );
  if (matched.length > 0) return new Set(matched);
  const names = new Set(layers.flatMap(({ layer, within }) => [...within, layer.name]));
  throw new UserError(
    `${setting} is "${pattern}", which is no layer of the network. Choose among: ${[...names].join(', ')}.`,
  );
}
