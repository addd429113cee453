/** `precision: 'auto'`: what it stands for on which card, and in a run that goes on elsewhere. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { hasDilatedGradient } from '../../lib/graph/dilated-gradient';
import { hasFastBfloat16 } from '../../lib/graph/fast-bfloat16';
import { networkNamed, networks, summary } from '../../lib/models';
import { choosePrecision, type Precision, type PrecisionChoice } from '../../lib/recipe';
import type { History } from '../../lib/runs';
import { computeCapability } from '../../lib/runtime/card';
import { multipliesBfloat16 } from '../../lib/runtime/processor';
import { UserError } from '../../lib/runtime/errors';
import { usesGpu } from '../../lib/runtime/versions';
import { graphEngine, tfjsEngine, train } from '../../lib/train';
import { resolvePrecision } from '../../lib/train/precision';
import { noiseDataset, smallModel, temporaryFolder } from './fixtures';

const folder = temporaryFolder('precision-');
const dataset = noiseDataset({ train: 20, test: 10 });

function unexpected(text: string): never {
  throw new Error(text);
}

/** A program by the name of nvidia-smi, as the only one on the PATH. */
function fakeDriver(body: string): NodeJS.ProcessEnv {
  const bin = fs.mkdtempSync(path.join(folder, 'bin-'));
  fs.writeFileSync(path.join(bin, 'nvidia-smi'), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return { PATH: bin };
}

test('the driver’s tool says what a card is capable of; with several, the least capable counts', () => {
  const asked = 'test "$1 $2" = "--query-gpu=compute_cap --format=csv,noheader" || exit 1';
  assert.equal(computeCapability(fakeDriver(`${asked}; echo 8.6`)), 8.6);
  assert.equal(computeCapability(fakeDriver(`${asked}; echo 9.0; echo 7.5; echo 12.0`)), 7.5);
});

test('without a driver, with one too old to say, or with a card that it can’t read, nothing is known', () => {
  assert.equal(computeCapability({ PATH: folder }), null);
  assert.equal(computeCapability(fakeDriver('echo "Field compute_cap is not a valid field"; exit 2')), null);
  assert.equal(computeCapability(fakeDriver('echo "[N/A]"')), null);
  assert.equal(computeCapability(fakeDriver('echo 9.0; echo "[Unknown Error]"')), null);
  assert.equal(computeCapability(fakeDriver('exit 0')), null);
});

test('bfloat16 is for large networks on devices that are faster in it', () => {
  assert.equal(choosePrecision(false, 555e6), 'float32');
  const chosen = Object.keys(networks).filter((name) => {
    const model = networkNamed(name).build({ seed: 1 });
    const { multiplyAdds } = summary(model);
    model.dispose();
    return choosePrecision(true, multiplyAdds) === 'mixed_bfloat16';
  });
  assert.deepEqual(chosen.sort(), ['alexnet8', 'resnet18', 'speedrun', 'vgg16']);
});

test('a device is faster in bfloat16 if it is a card of 8.0 or newer, or a processor that has it, with oneDNN', () => {
  const notAsked = (): never => unexpected('asked for what does not matter');
  const card = (capability: number | null): boolean =>
    hasFastBfloat16({
      onGpu: () => true,
      capability: () => capability,
      processor: notAsked,
      oneDnn: notAsked,
    });
  assert.deepEqual([null, 7.5, 8, 12].map(card), [false, false, true, true]);
  const processor = (has: boolean, oneDnn: () => boolean): boolean =>
    hasFastBfloat16({ onGpu: () => false, capability: notAsked, processor: () => has, oneDnn });
  assert.equal(processor(false, notAsked), false);
  assert.deepEqual([processor(true, () => false), processor(true, () => true)], [false, true]);
});

test('Linux’s flags say whether a processor multiplies bfloat16', () => {
  const file = path.join(folder, 'cpuinfo');
  const says = (flags: string): boolean => {
    fs.writeFileSync(file, `processor\t: 0\nflags\t\t: fpu ${flags} sse2\nbugs\t\t: avx512_bf16\n`);
    return multipliesBfloat16(file);
  };
  assert.deepEqual(
    [says('avx512f avx512_vnni'), says('avx512_bf16'), says('amx_bf16 amx_tile')],
    [false, true, true],
  );
  assert.equal(multipliesBfloat16(path.join(folder, 'none')), false);
});

test('auto asks for the device only for an engine that has bfloat16, and other choices stand', () => {
  const model = smallModel();
  const circumstances = { model, run: undefined, onNotice: unexpected };
  const notAsked = (): never => unexpected('asked for the device');
  const chosen = (choice: PrecisionChoice, engine = graphEngine): Precision =>
    resolvePrecision(choice, { ...circumstances, engine }, notAsked);
  assert.equal(chosen('float32'), 'float32');
  assert.equal(chosen('mixed_bfloat16'), 'mixed_bfloat16');
  assert.equal(chosen('auto', tfjsEngine), 'float32');
  assert.throws(
    () => chosen('bfloat16' as PrecisionChoice),
    (error) =>
      error instanceof UserError &&
      error.message === 'precision is "bfloat16", but has to be one of float32, mixed_bfloat16, auto.',
  );
  model.dispose();
});

test('a run records what was chosen: float32 for a small network', async () => {
  const { history } = await trained('chosen', 'auto');
  assert.equal(history.recipe.precision, 'float32');
  // To the run it is the same as if it had been named.
  const { notices } = await trained('chosen', 'float32');
  assert.match(notices.join(), /finished already/);
});

test(
  'a stored run goes on in the precision that it began in, and a notice says so',
  { skip: usesGpu() ? 'on a GPU' : !hasDilatedGradient() && 'bfloat16 needs oneDNN on a CPU' },
  async () => {
    await trained('begun', 'mixed_bfloat16');
    const { history, notices } = await trained('begun', 'auto');
    assert.equal(history.recipe.precision, 'mixed_bfloat16');
    assert.equal(
      notices[0],
      'The run "begun" was begun in mixed_bfloat16 and goes on in it. On this machine, precision: \'auto\' chooses ' +
        'float32; to train in that, start it afresh.',
    );
    const afresh = await trained('begun', 'auto', false);
    assert.equal(afresh.history.recipe.precision, 'float32');
    assert.deepEqual(afresh.notices, []);
  },
);

async function trained(
  name: string,
  precision: PrecisionChoice,
  resume = true,
): Promise<{ history: History; notices: string[] }> {
  const notices: string[] = [];
  const model = smallModel();
  const history = await train(model, dataset, {
    epochs: 1,
    batchSize: 10,
    precision,
    run: { name, folder, resume },
    onNotice: (message) => notices.push(message),
  });
  model.dispose();
  return { history, notices };
}
