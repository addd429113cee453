import type { BuiltInLoss, BuiltInOptimizer, Lion, Muon } from '../recipe';
import { UserError } from '../runtime/errors';
import type { TrainingJob } from './engine';

export type TfjsOptimizer = Exclude<BuiltInOptimizer, Lion | Muon>;

/** A job that tfjs can do. */
export interface TfjsJob extends TrainingJob {
  readonly loss: BuiltInLoss;
  readonly optimizer: TfjsOptimizer;
}

/** @throws UserError that names all that the job asks for and tfjs's optimizers and `fit` lack */
export function refuseWhatTfjsLacks(job: TrainingJob): asserts job is TfjsJob {
  const { optimizer, loss, metrics = [], classWeights = null, sampleWeights, resizing, precision } = job;
  const { clipWeightNorm, clipValue, layers, accumulate, lookahead, ema } = optimizer;
  const isUnknown = optimizer.kind === 'lion' || optimizer.kind === 'muon';
  const { mixup = 0, cutmix = 0 } = job.augmentation;
  const lacking = [
    ...(optimizer.kind === 'custom' ? [`custom optimizers ("${optimizer.name}")`] : []),
    ...(loss.kind === 'custom' ? [`custom losses ("${loss.name}")`] : []),
    ...(metrics.length > 0 ? [`custom metrics ("${metrics[0].name}")`] : []),
    ...(job.model.outputs.length > 1
      ? [`training of several outputs (the model has ${job.model.outputs.length})`]
      : []),
    ...(classWeights ? ['class weights'] : []),
    ...(job.outputWeights ? ['weights of outputs'] : []),
    ...(sampleWeights ? ['sample weights'] : []),
    ...(isUnknown ? [`optimizer "${optimizer.kind}"`] : []),
    ...(optimizer.kind === 'adam' && optimizer.amsgrad ? ['AMSGrad (amsgrad is true)'] : []),
    ...(clipWeightNorm !== undefined ? [`gradient clipping (clipWeightNorm is ${clipWeightNorm})`] : []),
    ...(clipValue !== undefined ? [`gradient clipping (clipValue is ${clipValue})`] : []),
    ...(layers?.length ? ['settings for single layers (layers)'] : []),
    ...(accumulate !== undefined ? [`accumulation of gradients (accumulate is ${accumulate})`] : []),
    ...(lookahead !== undefined ? ['Lookahead (lookahead)'] : []),
    ...(ema !== undefined ? [`moving average of weights (ema.decay is ${ema.decay})`] : []),
    ...(optimizer.weightDecay > 0 ? [`weight decay (it is ${optimizer.weightDecay})`] : []),
    ...(optimizer.clipNorm !== null ? [`gradient clipping (clipNorm is ${optimizer.clipNorm})`] : []),
    ...(mixup > 0 ? [`mixup (it is ${mixup})`] : []),
    ...(cutmix > 0 ? [`cutmix (it is ${cutmix})`] : []),
    ...(resizing ? ['progressive resizing (resizing)'] : []),
    ...(precision !== 'float32' ? [`the precision ${precision}`] : []),
  ];
  if (lacking.length === 0) return;
  throw new UserError(
    `The engine "tfjs" has no ${lacking.join(' and no ')}. Leave it out, or use the engine "graph".`,
  );
}
