/** Options of a session: written as TensorFlow reads them, and taken by the addon. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { encodeSavedModel, servingTag } from '../../lib/graph/saved-model';
import { withScratchFolder } from '../../lib/graph/scratch';
import { Session } from '../../lib/graph/session';
import { encodeSessionOptions, type SessionOptions } from '../../lib/graph/session-options';
import { UserError } from '../../lib/runtime/errors';
import { projectRoot, venvDir } from '../../lib/runtime/paths';
import { tf } from '../../lib/runtime/tensorflow';
import { withoutKeras } from '../models/keras';
import { compile, examples, indices, smallModel, weightsOf } from './fixtures';
import { smallGraph, valuesWith } from './small-session';

// protobuf's own reading of them, without TensorFlow, which takes seconds to start.
const reader = `
import json, pathlib, sys, sysconfig, types
package = types.ModuleType("tensorflow")
package.__path__ = [str(pathlib.Path(sysconfig.get_paths()["purelib"]) / "tensorflow")]
sys.modules["tensorflow"] = package
from google.protobuf.json_format import MessageToDict
from tensorflow.core.protobuf.config_pb2 import ConfigProto
read = [MessageToDict(ConfigProto.FromString(bytes.fromhex(text))) for text in sys.argv[1:]]
print(json.dumps(read))
`;

test('TensorFlow’s own ConfigProto reads the options back', { skip: withoutKeras }, async () => {
  const all: readonly SessionOptions[] = [
    { parallelOperations: -1 },
    { parallelOperations: 3, xla: true, layoutOptimizer: true },
    { xla: false, layoutOptimizer: false },
  ];
  const texts = all.map((options) => Buffer.from(encodeSessionOptions(options) ?? []).toString('hex'));
  const { stdout } = await promisify(execFile)(path.join(venvDir, 'bin', 'python'), ['-c', reader, ...texts]);
  assert.deepEqual(JSON.parse(stdout), [
    { interOpParallelismThreads: -1 },
    {
      interOpParallelismThreads: 3,
      usePerSessionThreads: true,
      graphOptions: {
        optimizerOptions: { globalJitLevel: 'ON_1', cpuGlobalJit: true },
        rewriteOptions: { layoutOptimizer: 'ON' },
      },
    },
    {
      graphOptions: {
        optimizerOptions: { globalJitLevel: 'OFF' },
        rewriteOptions: { layoutOptimizer: 'OFF' },
      },
    },
  ]);
});

test('without options nothing is written, and options out of their range are refused', async () => {
  assert.equal(encodeSessionOptions({}), null);
  for (const parallelOperations of [0, -2, 1.5]) {
    await assert.rejects(
      Session.load(smallGraph(), { parallelOperations }),
      (error) =>
        error instanceof UserError &&
        error.message ===
          `parallelOperations is ${parallelOperations}, but has to be -1 or a whole number of at least 1.`,
    );
  }
});

test('a graph computes the same with every option', async () => {
  const expected = [1, Math.exp(-0.375)];
  for (const options of [{}, { parallelOperations: -1 }, { parallelOperations: 2, layoutOptimizer: false }]) {
    (await valuesWith(options)).forEach((value, i) => {
      assert.ok(Math.abs(value - expected[i]) < 1e-6, `${value} with ${JSON.stringify(options)}`);
    });
  }
});

test('a session has the threads that it asks for', { skip: process.platform !== 'linux' }, async () => {
  const threads = (): number => fs.readdirSync('/proc/self/task').length;
  // The first session starts what is shared by all.
  await valuesWith({});
  const begun = async (options: SessionOptions): Promise<number> => {
    const before = threads();
    const session = await Session.load(smallGraph(), options);
    const after = threads();
    session.dispose();
    return after - before;
  };
  assert.ok((await begun({})) < 9);
  assert.ok((await begun({ parallelOperations: 9 })) >= 9);
});

test('a training step is the same with its operations one after another', async () => {
  const data = examples(8);
  const trained = async (options: SessionOptions): Promise<Map<string, number[]>> => {
    const model = smallModel({ dropout: 0.5 });
    const trainer = await compile(model, data, { session: options });
    trainer.step(indices(0, 8), 0, 1e-3);
    trainer.writeModel();
    trainer.dispose();
    const weights = weightsOf(model);
    model.dispose();
    return weights;
  };
  assert.deepEqual(await trained({ parallelOperations: -1 }), await trained({}));
});

// TensorFlow says that it used XLA in its log alone, once in a process.
test('with xla, XLA compiles the graph', async () => {
  const program = `
    require('./lib/runtime/register-ts.js');
    const { valuesWith } = require('./test/graph/small-session');
    const tell = async (options) => console.error('values', ...(await valuesWith(options)));
    tell({}).then(() => tell({ xla: true }));`;
  const { stderr } = await promisify(execFile)(process.execPath, ['-e', program], {
    cwd: projectRoot,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0' },
  });
  const byThen = stderr.split(/^values 1 0\.687.*$/m).map((text) => text.includes('using XLA'));
  assert.deepEqual(byThen, [false, true, false], stderr);
});

test('an addon from before session options, which leaves them unread, is named with the way out', async (t) => {
  const deleted: number[] = [];
  const backend = tf.backend() as unknown as {
    loadSavedModelMetaGraph: () => number;
    deleteSavedModel: (id: number) => void;
  };
  t.mock.method(backend, 'loadSavedModelMetaGraph', () => 7);
  t.mock.method(backend, 'deleteSavedModel', (id: number) => void deleted.push(id));
  await assert.rejects(
    Session.load(smallGraph(), { xla: true }),
    (error) => error instanceof UserError && /older than session options.*npm run setup$/.test(error.message),
  );
  assert.deepEqual(deleted, [7]);
  await Session.load(smallGraph());
});

test('the addon hands the bytes to TensorFlow, which refuses those that are no options', async () => {
  await withScratchFolder(async (folder) => {
    fs.writeFileSync(path.join(folder, 'saved_model.pb'), encodeSavedModel(smallGraph()));
    fs.writeFileSync(path.join(folder, 'session_config.pb'), Uint8Array.of(0xff, 0xff));
    await assert.rejects(tf.node.loadSavedModel(folder, [servingTag], 'f'), /Unparseable ConfigProto/);
  });
});
