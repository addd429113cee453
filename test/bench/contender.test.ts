/** Contenders that cannot take part, and what is said of them. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { bench, Contender, contenderNamed, lineUp, type ContenderInfo } from '../../lib/bench';
import { UserError } from '../../lib/runtime/errors';
import { asked, fakeContender, newFolder, type Fake } from './fakes';

const log = path.join(newFolder(), 'log');
const fake = (it: Fake): ContenderInfo => fakeContender(log, it);
const broken: ContenderInfo = {
  name: 'broken',
  title: 'Broken',
  what: '',
  command: ['/bin/true'],
  extra: true,
};

const userError = (message: string | RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
  return true;
};

test('a contender whose process ends without a word is an error that says so', async () => {
  const contender = new Contender(broken);
  await assert.rejects(
    contender.describe(),
    userError('The contender "broken" failed: its process ended without a message'),
  );
  contender.end();
});

test('a contender that does not start is left out with a sentence, and is an error where it is required', async () => {
  const wanted = { contenders: [fake({ name: 'graph' }), broken], precision: 'float32' } as const;
  const { participants, absences, end } = await lineUp({ ...wanted, required: [] });
  end();
  assert.deepEqual(
    participants.map(({ contender }) => contender.info.name),
    ['graph'],
  );
  assert.equal(absences.length, 1);
  assert.match(
    absences[0],
    /^Broken is left out: The contender "broken" failed.*npm run bench -- --install$/,
  );
  await assert.rejects(lineUp({ ...wanted, required: [broken] }), userError(/"broken" failed/));
});

test('a contender without the precision, or on another device, is left out', async () => {
  const both = ['float32', 'mixed_bfloat16'] as const;
  const { participants, absences, end } = await lineUp({
    contenders: [
      fake({ name: 'slow', describe: { device: 'CPU', precisions: both } }),
      fake({ name: 'early' }),
      fake({ name: 'graph', describe: { device: 'GPU', precisions: both } }),
      fake({ name: 'fit', describe: { device: 'GPU', precisions: both } }),
    ],
    precision: 'mixed_bfloat16',
    required: [],
  });
  end();
  assert.deepEqual(
    participants.map(({ contender }) => contender.info.name),
    ['graph', 'fit'],
  );
  assert.deepEqual(absences, [
    'title of slow is left out: it runs on the CPU, and this engine on the GPU.',
    'title of early is left out: it does not train in mixed_bfloat16 here.',
  ]);
});

test('where this engine runs on the CPU, no card is shown to the others', async () => {
  const own = path.join(newFolder(), 'log');
  const contenders = [
    fakeContender(own, { name: 'graph', describe: { device: 'CPU' } }),
    fakeContender(own, { name: 'other' }),
  ];
  (await lineUp({ contenders, precision: 'float32', required: [] })).end();
  assert.equal(asked(own).find(({ name }) => name === 'other')?.['gpu'], '');
});

test('contenders whose networks have different numbers of parameters are not timed', async () => {
  const options = {
    networks: ['lenet5'],
    batches: [32],
    rounds: 1,
    seconds: 0.01,
    precision: 'float32',
    required: [],
  } as const;
  const graph = fake({ name: 'graph', prepare: { parameters: 10 } });
  // An earlier version of this project does not count them.
  const early = fake({ name: 'early' });
  const wrong = fake({ name: 'wrong', prepare: { parameters: 11 } });
  await assert.rejects(
    bench({ ...options, contenders: [graph, early, wrong] }),
    userError(/do not train the same lenet5: parameters are graph 10, wrong 11\./),
  );
  const { timings } = await bench({ ...options, contenders: [graph, early] });
  assert.equal(timings.length, 2);
});

test('an unknown contender is named, with those there are', () => {
  assert.throws(() => contenderNamed('mxnet'), userError(/called "mxnet"\. Choose from: graph, tfjs, /));
});
