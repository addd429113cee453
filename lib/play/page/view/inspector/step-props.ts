/** What the steps in the making of a number are shown with. */
import type { LayerInfo, LoadedNetwork, Look, Step } from '../../engine/types';

export interface StepProps<Kind extends Step['kind'] = Step['kind']> {
  readonly place: number;
  readonly network: LoadedNetwork;
  readonly layer: LayerInfo;
  readonly look: Look;
  readonly step: Extract<Step, { readonly kind: Kind }>;
  /** The place of the number in its map. */
  readonly at: { readonly y: number; readonly x: number };
}
