/** Gradients made smaller before they are used. */
import type { UpdateSettings } from '../recipe/update-settings';
import type { Value } from './graph';
import { scalar } from './ops/cast';
import { addN, div, maximum, minimum, mul, sqrt } from './ops/math';
import { l2Loss } from './ops/reduce';
import type { Store } from './store';

/** @param gradients one for each store of weights */
export function clip(
  gradients: readonly Value[],
  stores: readonly Store[],
  { clipNorm, clipWeightNorm, clipValue }: UpdateSettings,
): readonly Value[] {
  if (gradients.length === 0) return gradients;
  if (clipNorm !== null) return clipByGlobalNorm(gradients, clipNorm);
  if (clipWeightNorm !== undefined) {
    return gradients.map((gradient, i) =>
      stores[i].join(stores[i].split(gradient).flatMap((each) => clipByGlobalNorm([each], clipWeightNorm))),
    );
  }
  if (clipValue === undefined) return gradients;
  const [{ graph }] = gradients;
  const [least, most] = [scalar(graph, -clipValue), scalar(graph, clipValue)];
  return gradients.map((gradient) => minimum(maximum(gradient, least), most));
}

/** Scales all `gradients` by one factor so that their joint norm is at most `most`. */
function clipByGlobalNorm(gradients: readonly Value[], most: number): Value[] {
  const [{ graph }] = gradients;
  const squares = gradients.map((gradient) => mul(l2Loss(gradient), scalar(graph, 2)));
  const norm = sqrt(addN(squares));
  const factor = div(scalar(graph, most), maximum(norm, scalar(graph, most)));
  return gradients.map((gradient) => mul(gradient, factor));
}
