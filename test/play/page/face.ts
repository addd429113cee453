/** What tests in Node ask of the engine's page: values that can be sent back and forth. */
import type {
  BackendName,
  LayerInfo,
  Step,
  Unit,
  UnitExplanation,
} from '../../../lib/play/page/engine/types';

export interface Sent {
  readonly shape: readonly [number, number, number];
  readonly values: readonly number[];
}

/** What the explanations of a layer's units come to. */
export interface ExplainedLayer {
  readonly name: string;
  readonly className: string;
  /** Of the first unit. */
  readonly kinds: readonly Step['kind'][];
  /** What each unit is worth, and what the last step gives. */
  readonly units: readonly { readonly value: number; readonly explained: number }[];
}

export interface EngineTests {
  backend(): Promise<BackendName>;
  /** Probabilities, and how many tensors remain when the look has been disposed of. */
  look(id: string, image: Sent): Promise<{ readonly probabilities: number[]; readonly left: number }>;
  /** Milliseconds of a look. */
  time(id: string, image: Sent): Promise<number>;
  output(id: string, image: Sent, layer: string): Promise<number[]>;
  /** Explains some units of each layer. */
  explain(id: string, image: Sent): Promise<ExplainedLayer[]>;
  /** One unit's explanation. */
  explainUnit(id: string, image: Sent, unit: Unit): Promise<UnitExplanation>;
  layers(id: string): Promise<readonly LayerInfo[]>;
}

declare global {
  var engineTests: EngineTests;
}
