/** The engine alone in a page, for tests: they call it as `engineTests`. */
import { packs } from '../../../lib/play/page/packs';
import { startEngine } from '../../../lib/play/page/engine/engine';
import { bytesFrom } from '../../../lib/play/page/engine/bytes';
import { tf } from '../../../lib/play/page/engine/tf';
import { explainUnit } from '../../../lib/play/page/engine/arithmetic/explain-unit';
import type { EngineTests, ExplainedLayer, Sent } from './face';
import type { Engine, LoadedNetwork, Pixels } from '../../../lib/play/page/engine/types';

packs.receive();

function pixelsOf({ shape: [height, width, channels], values }: Sent): Pixels {
  return { height, width, channels, values: Float32Array.from(values) };
}

let engine: Promise<Engine> | undefined;
const networks = new Map<string, Promise<LoadedNetwork>>();

function start(): Promise<Engine> {
  engine ??= startEngine({
    asked: new URLSearchParams(location.search).get('backend'),
    program: async () => bytesFrom((await packs.program()).wasm),
  });
  return engine;
}

function network(id: string): Promise<LoadedNetwork> {
  const found = networks.get(id) ?? start().then(async (each) => each.load(await packs.network(id)));
  networks.set(id, found);
  return found;
}

const engineTests: EngineTests = {
  backend: async () => (await start()).backend,

  /** Probabilities, and what lies in memory after the look has been disposed of. */
  async look(id: string, image: Sent) {
    const loaded = await network(id);
    const before = tf.memory().numTensors;
    const look = await loaded.look(pixelsOf(image));
    const probabilities = [...look.probabilities];
    look.dispose();
    return { probabilities, left: tf.memory().numTensors - before };
  },

  async output(id: string, image: Sent, layer: string) {
    const look = await (await network(id)).look(pixelsOf(image));
    const values = [...(await look.output(layer))];
    look.dispose();
    return values;
  },

  async explain(id, image) {
    const loaded = await network(id);
    const look = await loaded.look(pixelsOf(image));
    const explained: ExplainedLayer[] = [];
    for (const { name, className, outputShape } of loaded.layers) {
      const [channels, width = 1, height = 1] = [...outputShape].reverse();
      const units = [];
      // The corners, where the padding is, and places between them.
      for (const share of [0, 0.3, 0.6, 1]) {
        const at = (side: number): number => Math.round(share * (side - 1));
        const unit = { layer: name, y: at(height), x: at(width), channel: at(channels) };
        units.push(await explainUnit(loaded, look, unit));
      }
      explained.push({
        name,
        className,
        kinds: units[0].steps.map(({ kind }) => kind),
        units: units.map(({ value, steps }) => ({ value, explained: steps.at(-1)?.output ?? NaN })),
      });
    }
    look.dispose();
    return explained;
  },

  async explainUnit(id, image, unit) {
    const loaded = await network(id);
    const look = await loaded.look(pixelsOf(image));
    const explanation = await explainUnit(loaded, look, unit);
    look.dispose();
    return explanation;
  },

  async time(id, image) {
    const loaded = await network(id);
    const began = performance.now();
    (await loaded.look(pixelsOf(image))).dispose();
    return performance.now() - began;
  },

  layers: async (id: string) => (await network(id)).layers,
};

globalThis.engineTests = engineTests;
