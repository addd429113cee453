/** A grid of runs on the command line of `npm run train`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommand, type Command } from '../../scripts/train/command-line';

const read = (line: string): Command => {
  const command = readCommand(line.split(' '));
  assert.ok(command);
  return command;
};
const lines = (command: Command): string[] => command.runs.map(({ args }) => args.join(' '));

test('networks, settings and seeds make a run for each combination, seeds changing fastest', () => {
  const command = read('baseline,lenet5 --epochs 2 --seeds 1-2 --set batchSize=32,128 --json file');
  assert.equal(command.isGrid, true);
  assert.equal(command.json, 'file');
  assert.deepEqual(
    lines(command),
    ['baseline', 'lenet5'].flatMap((network) =>
      [32, 128].flatMap((size) =>
        [1, 2].map((seed) => `${network} --epochs 2 --batch-size ${size} --seed ${seed}`),
      ),
    ),
  );
  const { request } = command.runs[3];
  assert.deepEqual([request.options.batchSize, request.options.seed], [128, 2]);
  assert.equal(request.run.name, 'baseline-seed-batch-size.128-epochs.2-seed2');
});

test('a value may begin with a hyphen', () => {
  assert.equal(read('lenet5 --seed=-1').runs[0].request.options.seed, -1);
});

test('each run of a grid is the run that its own command line asks for', () => {
  for (const { args, request } of read('lenet5 resnet18 --seeds 3,7-8 --set optimizer=adam,sgd').runs) {
    const [alone, ...others] = read(args.join(' ')).runs;
    assert.deepEqual(others, []);
    assert.deepEqual(alone.request.run, request.run);
    assert.deepEqual(alone.request.options, request.options);
  }
});

test('flags, quoted values and settings of the network can be varied', () => {
  assert.deepEqual(lines(read('vgg16 --set normalise=true,false --set width=0.5,1')), [
    'vgg16 --normalise --width 0.5',
    'vgg16 --normalise --width 1',
    'vgg16 --no-normalise --width 0.5',
    'vgg16 --no-normalise --width 1',
  ]);
  assert.deepEqual(lines(read('resnet18 --set resize="16:0.4,24:0.7","24:0.5"')), [
    'resnet18 --resize 16:0.4,24:0.7',
    'resnet18 --resize 24:0.5',
  ]);
});

test('a part of a grid is one of its runs, and a single run no grid', () => {
  assert.deepEqual(lines(read('lenet5 --seeds 1-10 --part 4')), ['lenet5 --seed 4']);
  assert.equal(read('lenet5 --seeds 1-10 --part 4').isGrid, true);
  assert.equal(read('lenet5 --seeds 1-10 --count').count, true);
  assert.equal(read('lenet5 --seeds 4').isGrid, false);
});

test('the cluster is no part of a run', () => {
  const { cluster, runs } = read(
    'lenet5 --cluster tcp://127.0.0.1:8786 --resource GPU=1 --resource RAM=2.5 --seeds 1-2 --attach',
  );
  assert.deepEqual(
    runs.map(({ args }) => args.join(' ')),
    ['lenet5 --seed 1', 'lenet5 --seed 2'],
  );
  assert.deepEqual(cluster, {
    connection: { address: 'tcp://127.0.0.1:8786', keys: undefined },
    resources: { GPU: 1, RAM: 2.5 },
    ...{ attach: true, detach: false },
  });
});

test('what contradicts itself, or is no setting, is refused with a sentence', () => {
  const refusals: [line: string, message: RegExp][] = [
    ['lenet5 --seed 1 --seeds 1-2', /--seed and --seeds contradict/],
    ['lenet5 --batch-size 8 --set batchSize=8,16', /--batch-size and --set batchSize contradict/],
    ['lenet5 --set data=a,b', /--set data: there is no such setting; there are recipe, engine, batchSize/],
    ['lenet5 --set normalise=yes,no', /normalise=yes: expected true or false/],
    ['lenet5 --seeds 3-1', /--seeds is "3-1", but has to be whole numbers and ranges/],
    ['lenet5 --seeds 1-3,2', /the seed 2 is there twice/],
    ['lenet5 --seeds 1-100000', /has to be whole numbers and ranges/],
    ['lenet5,lenet5', /Two runs of the grid would both be called "lenet5-seed-seed1"/],
    ['lenet5 --name a --seeds 1-2', /--name is for one run/],
    ['lenet5 --seeds 1-2 --part 3', /--part is 3, but has to be a whole number from 1 to 2/],
    ['lenet5 --attach', /--attach needs --cluster/],
    ['lenet5 --cluster tcp://10.0.0.1:8786', /without encryption.*tls:\/\/.*--plain/],
    ['lenet5 --cluster somewhere', /has to look like tls:\/\/host:8786/],
    ['lenet5 --cluster tls://a:1 --resource GPU', /--resource GPU: expected a name and an amount/],
    ['lenet5 --cluster tls://a:1 --attach --detach', /contradict/],
    ['lenet6 --seeds 1-2', /lenet6/],
  ];
  for (const [line, message] of refusals) {
    assert.throws(() => readCommand(line.split(' ')), { name: 'UserError', message }, line);
  }
});
