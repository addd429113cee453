/** What stands in a run's folder in place of its files: damaged ones, folders, pipes, loops, files nobody may read. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { before, describe, test } from 'node:test';
import { evaluate } from '../../lib/evaluate';
import { readRuns, results, type RunRecord } from '../../lib/runs';
import { parseSealedJson, sealedJson } from '../../lib/runs/sealed-json';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { tfjsEngine, train } from '../../lib/train';
import { noiseDataset, temporaryFolder } from '../train/fixtures';

const base = temporaryFolder('hostile-files-');
const dataset = noiseDataset();
const files = ['run.json', 'network.json', 'history.json', 'test.json'] as const;
type File = (typeof files)[number];

fs.chmodSync(base, 0o755);

/** Does work as a user whom permissions hold back, which they don't for root. */
async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid!(65534);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

const withoutPrivileges = {
  skip:
    process.geteuid?.() === 0 && spawnSync('ls', [base], { uid: 65534 }).status !== 0
      ? 'root cannot become a user who may enter the temporary folder'
      : false,
};

/** Trains and evaluates, as `npm run train` does. @returns what it says */
async function trainIn(folder: string, run: object = {}): Promise<string> {
  const model = tf.sequential({
    name: 'small',
    layers: [
      tf.layers.flatten({ name: 'flatten', inputShape: [8, 8, 3] }),
      tf.layers.dense({
        ...{ name: 'classes', units: 3, activation: 'softmax' },
        kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
      }),
    ],
  });
  const notices: string[] = [];
  try {
    await train(model, dataset, {
      ...{ epochs: 2, batchSize: 8, engine: tfjsEngine },
      onNotice: (message) => notices.push(message),
      run: { name: 'a', folder, ...run },
    });
    await evaluate(model, dataset, { run: { name: 'a', folder } });
  } finally {
    model.dispose();
  }
  return notices.join('\n');
}

async function read(folder: string): Promise<{ records: RunRecord[]; notices: string[] }> {
  const notices: string[] = [];
  const records = await readRuns({ folder, onNotice: (message) => notices.push(message) });
  return { records: records.map((record) => ({ ...record, folder: '' })), notices };
}

/** A finished run to be copied and damaged, and what it reads as. */
let template: string;
let whole: RunRecord;
before(async () => {
  template = path.join(base, 'template');
  await trainIn(template);
  [whole] = (await read(template)).records;
});

let made = 0;
function copy(): string {
  const folder = path.join(base, String(++made));
  fs.cpSync(template, folder, { recursive: true });
  // So that somebody without privileges may write in it.
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const each = path.join(folder, name);
    if (fs.statSync(each).isDirectory()) fs.chmodSync(each, 0o777);
  }
  fs.chmodSync(folder, 0o777);
  return folder;
}

interface Case {
  /** Puts something in place of the file. */
  readonly put: (file: string) => void;
  /** What is said of it. */
  readonly said: RegExp;
  /** Whether it takes a user whom permissions hold back to see it. */
  readonly isForbidden?: boolean;
}

const replace =
  (put: (file: string) => void) =>
  (file: string): void => {
    fs.rmSync(file);
    put(file);
  };
const write =
  (content: string) =>
  (file: string): void => {
    fs.writeFileSync(file, content);
  };

/** The file is one, and can be written anew. */
const damaged: Readonly<Record<string, Case>> = {
  'a flipped bit': { put: flipDigit, said: /is damaged: its content does not match its checksum/ },
  'cut short': {
    put: (file) => {
      fs.truncateSync(file, fs.statSync(file).size - 10);
    },
    said: /is damaged: it is not JSON/,
  },
  empty: { put: write(''), said: /is damaged: it is empty/ },
  zeroes: { put: write('\0'.repeat(100)), said: /is damaged: it is not JSON/ },
  null: { put: write('null'), said: /is damaged: it is not a JSON object/ },
  'no parts': { put: write('{"format": 1, "settings": {}}'), said: /is damaged: parts of it are missing/ },
  'a list': { put: write('[1]'), said: /is damaged: it is not a JSON object/ },
};

/** It is not a file that can be read: nobody but the user may take it away. */
const misplaced: Readonly<Record<string, Case>> = {
  'a folder': { put: replace(fs.mkdirSync), said: /is a folder, not a file\. Move it away/ },
  'a folder with something in it': {
    put: replace((file) => fs.mkdirSync(path.join(file, 'inner'), { recursive: true })),
    said: /is a folder, not a file\. Move it away/,
  },
  'a link to itself': {
    put: replace((file) => {
      fs.symlinkSync(path.basename(file), file);
    }),
    said: /is a link that leads back to itself\. Move it away/,
  },
  'a named pipe': {
    put: replace((file) => {
      assert.equal(spawnSync('mkfifo', [file]).status, 0);
    }),
    said: /is a named pipe, not a file\. Move it away/,
  },
  'a device': {
    put: replace((file) => {
      fs.symlinkSync('/dev/zero', file);
    }),
    said: /is a device, not a file\. Move it away/,
  },
  'permission 000': {
    put: (file) => {
      fs.chmodSync(file, 0);
    },
    said: /cannot be read: you do not have permission\. Give yourself permission .*chmod/,
    isForbidden: true,
  },
};

/** Changes the first digit from 2 to 7 into its neighbour: the file is still JSON. */
function flipDigit(file: string): void {
  const bytes = fs.readFileSync(file);
  bytes[bytes.findIndex((byte) => byte >= 0x32 && byte <= 0x37)] ^= 1;
  fs.writeFileSync(file, bytes);
}

const lost: Readonly<Record<File, RegExp>> = {
  'run.json': /options of the run and the list of its sessions are lost.*run the same training again/,
  'network.json': /network's description is lost.*run the same training again/,
  'history.json': /losses and accuracies .* its checkpoints have them too.*run the same training again/,
  'test.json': /result on the test set is lost.*run the same training again: .* evaluated/,
};

for (const file of files) {
  describe(`in place of ${file}`, () => {
    for (const [name, { put, said, isForbidden = false }] of Object.entries({ ...damaged, ...misplaced })) {
      const isDamaged = name in damaged;
      // A network's description has no part that every network has.
      if (name === 'no parts' && file === 'network.json') continue;
      const options = isForbidden ? withoutPrivileges : {};
      const as = isForbidden ? unprivileged : <T>(work: () => Promise<T>): Promise<T> => work();

      test(
        `${name}: the run is left out of the results, or its test result is; file, loss and remedy are named`,
        options,
        async () => {
          const folder = copy();
          fs.cpSync(path.join(folder, 'a'), path.join(folder, 'b'), { recursive: true });
          put(path.join(folder, 'a', file));
          const { records, notices } = await as(() => read(folder));
          assert.equal(notices.length, 1, notices.join('\n'));
          assert.ok(notices[0].includes(path.join(folder, 'a', file)), notices[0]);
          assert.match(notices[0], said);
          if (isDamaged) assert.match(notices[0], lost[file]);
          const [start, expected] =
            file === 'test.json'
              ? [
                  /^The test result of the run "a" is left out: /,
                  [{ ...whole, evaluation: undefined }, whole],
                ]
              : [/^The run "a" is left out: /, [whole]];
          assert.match(notices[0], start);
          assert.deepEqual(records, expected);
          assert.doesNotThrow(() => results(records));
        },
      );

      if (isDamaged) {
        test(`${name}: training again says so and writes it anew, without training a finished run`, async () => {
          const folder = copy();
          put(path.join(folder, 'a', file));
          const notices = await trainIn(folder);
          assert.match(notices, said);
          assert.match(notices, /finished already/);
          const { records, notices: none } = await read(folder);
          assert.deepEqual(none, []);
          const { created, sessions, initialWeights } = records[0];
          const anew = file === 'run.json' ? { created, sessions, initialWeights } : {};
          assert.deepEqual(records, [{ ...whole, ...anew }]);
        });
      } else {
        test(
          `${name}: training refuses before it begins, and leaves everything as it was`,
          options,
          async () => {
            const folder = copy();
            put(path.join(folder, 'a', file));
            const listed = fs.readdirSync(folder, { recursive: true });
            await assert.rejects(
              as(() => trainIn(folder)),
              (error) =>
                error instanceof UserError && said.test(error.message) && error.message.includes(file),
            );
            assert.deepEqual(fs.readdirSync(folder, { recursive: true }), listed);
          },
        );
      }
    }
  });
}

test('a run that is begun afresh takes the place of whatever is there', async () => {
  const folder = copy();
  misplaced['a folder with something in it'].put(path.join(folder, 'a', 'run.json'));
  misplaced['a named pipe'].put(path.join(folder, 'a', 'history.json'));
  misplaced['a link to itself'].put(path.join(folder, 'a', 'test.json'));
  assert.equal(await trainIn(folder, { resume: false }), '');
  const { records, notices } = await read(folder);
  assert.deepEqual([records.length, notices], [1, []]);
});

test('a run of a later format is neither read nor overwritten', async () => {
  const folder = copy();
  const file = path.join(folder, 'a', 'run.json');
  const content = JSON.stringify({
    ...JSON.parse(fs.readFileSync(file, 'utf8')),
    sha256: undefined,
    format: 2,
  });
  fs.writeFileSync(file, content);
  const said = /is of format 2, and this version of the project reads format 1\. Use the version/;
  assert.match((await read(folder)).notices.join(), said);
  await assert.rejects(trainIn(folder), (error) => error instanceof UserError && said.test(error.message));
  assert.equal(fs.readFileSync(file, 'utf8'), content);
});

test('files of the version before, which have no checksum, are read as they are', async () => {
  const folder = copy();
  for (const name of files) {
    const file = path.join(folder, 'a', name);
    const { sha256, ...content } = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
    assert.match(String(sha256), /^[0-9a-f]{64}$/);
    fs.writeFileSync(file, JSON.stringify(content, null, 2));
  }
  assert.deepEqual(await read(folder), { records: [whole], notices: [] });
  assert.match(await trainIn(folder), /^The run .* is finished already[^\n]*$/);
});

describe('the checksum of a JSON file', () => {
  test('tells any flipped bit that changes what is read', () => {
    for (const name of ['history.json', 'test.json']) {
      const bytes = fs.readFileSync(path.join(template, 'a', name));
      const content = parseSealedJson(bytes);
      let unnoticed = 0;
      for (let i = 0; i < bytes.length; i++) {
        const flipped = Buffer.from(bytes);
        flipped[i] ^= 1 << i % 8;
        try {
          // An E for an e in a number changes nothing.
          assert.deepEqual(parseSealedJson(flipped), content, `byte ${i} of ${name}`);
          unnoticed++;
        } catch (error) {
          assert.equal((error as Error).name, 'DamagedError', String(error));
        }
      }
      assert.ok(unnoticed < bytes.length / 100, `${unnoticed} of ${bytes.length}`);
    }
  });

  test('does not mind how the file is laid out', () => {
    const content = { a: [1, { b: null }], c: 'é\u2028"', d: -1.5e-7, sha: 'x' };
    const json = sealedJson(content);
    for (const indent of [0, 1, 8]) {
      const again = JSON.stringify(JSON.parse(json), null, indent);
      assert.deepEqual(parseSealedJson(Buffer.from(again)), content);
    }
  });
});

describe('other things in the way', () => {
  const refused = async (work: Promise<unknown>, said: RegExp): Promise<void> => {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, said);
      return true;
    });
  };

  test('a name of 300 characters', async () => {
    const folder = path.join(base, 'long');
    await refused(trainIn(folder, { name: 'x'.repeat(300) }), /"x{40}…" has 300 characters; use at most 255/);
    assert.equal(fs.existsSync(folder), false);
    await refused(trainIn(path.join(base, 'y'.repeat(300))), /cannot be made: its path is too long/);
  });

  for (const [name, put] of Object.entries({
    'a folder': (file: string) => {
      fs.mkdirSync(file);
    },
    'a named pipe': (file: string) => {
      spawnSync('mkfifo', [file]);
    },
    'a link to itself': (file: string) => {
      fs.symlinkSync('lock', file);
    },
  })) {
    test(`${name} in place of the lock`, async () => {
      const folder = copy();
      put(path.join(folder, 'a', 'lock'));
      await refused(trainIn(folder), /lock is in the way/);
      assert.equal((await read(folder)).records.length, 1);
    });
  }

  test('a file, a loop or a pipe in place of the checkpoints', async () => {
    for (const put of [write(''), misplaced['a link to itself'].put, misplaced['a named pipe'].put]) {
      const folder = copy();
      const place = path.join(folder, 'a', 'checkpoints');
      fs.rmSync(place, { recursive: true });
      fs.writeFileSync(place, '');
      put(place);
      await refused(trainIn(folder), /The run's folder .* cannot be written: a (file|link)/);
    }
  });

  test(
    'a pipe, a folder and a file that may not be read, in a checkpoint: the one before it is used',
    withoutPrivileges,
    async () => {
      for (const name of ['a named pipe', 'a folder', 'permission 000']) {
        const folder = copy();
        const newest = fs
          .readdirSync(path.join(folder, 'a', 'checkpoints'))
          .sort()
          .at(-1)!;
        misplaced[name].put(path.join(folder, 'a', 'checkpoints', newest, 'weights.bin'));
        const notices = await unprivileged(() => {
          return trainIn(folder);
        });
        assert.match(notices, new RegExp(`${newest} is damaged: weights\\.bin (is|cannot)`));
        assert.match(notices, /The one before it, .* is whole/);
      }
    },
  );

  test(
    'a folder that may not be written: its run can be read, and training says why it cannot begin',
    withoutPrivileges,
    async () => {
      const folder = copy();
      fs.chmodSync(path.join(folder, 'a'), 0o555);
      assert.deepEqual(await unprivileged(() => read(folder)), { records: [whole], notices: [] });
      await refused(
        unprivileged(() => trainIn(folder)),
        /cannot be made: you do not have permission \(.*EACCES.*RUNS_DIR/,
      );
    },
  );

  test(
    'a folder of a run that may not be looked into: it is left out, the others are read',
    withoutPrivileges,
    async () => {
      const folder = copy();
      fs.cpSync(path.join(folder, 'a'), path.join(folder, 'b'), { recursive: true });
      fs.chmodSync(path.join(folder, 'b'), 0);
      const { records, notices } = await unprivileged(() => read(folder));
      fs.chmodSync(path.join(folder, 'b'), 0o777);
      assert.deepEqual(records, [whole]);
      assert.match(notices.join('\n'), /^The run "b" is left out: .*you do not have permission.*$/);
    },
  );

  test('a file or a loop in place of the folder of all runs', async () => {
    const file = path.join(base, 'file');
    fs.writeFileSync(file, '');
    const loop = path.join(base, 'loop');
    fs.symlinkSync('loop', loop);
    for (const folder of [file, loop]) {
      await refused(readRuns({ folder }), /The folder of the runs, .*, cannot be read/);
    }
    await refused(trainIn(loop), /cannot be made: a link in its path leads back to itself/);
  });

  test('beside runs, files and links to nowhere are passed over', async () => {
    const folder = copy();
    fs.writeFileSync(path.join(folder, 'notes.txt'), '');
    fs.symlinkSync('nowhere', path.join(folder, 'gone'));
    assert.deepEqual(await read(folder), { records: [whole], notices: [] });
  });

  test('a result on the test set that cannot be written is an error that says why', async () => {
    const folder = copy();
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [8, 8, 3] }),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    const run = { name: 'a', folder };
    misplaced['a folder with something in it'].put(path.join(folder, 'a', 'test.json'));
    await refused(
      evaluate(model, dataset, { run }),
      /cannot be written: a folder stands where a file has to be/,
    );
    misplaced['a named pipe'].put(path.join(folder, 'a', 'run.json'));
    await refused(evaluate(model, dataset, { run }), /run\.json is a named pipe, not a file/);
    model.dispose();
  });
});
