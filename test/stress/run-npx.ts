/**
 * The npm package as a stranger uses it: packs it, and calls it by npx in an empty folder with an empty cache of npm, to
 * a trained Baseline; then again, which has to start at once and leave changed files alone; then JupyterLab, which has to
 * serve the notebook and know the kernel; and without Python or a compiler, which has to be a sentence. Uses the network,
 * and pip's cache as it is (`PIP_NO_CACHE_DIR=1` for without). Some minutes: `npm run stress:npx`; `-- --keep` keeps
 * the folder.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readRuns } from '../../lib/runs';
import { makePackage } from '../../scripts/pack/pack';
import { freePort } from '../cluster/processes';

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });

const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'stress-npx-')));
const home = path.join(base, 'home');
const folder = path.join(home, 'cifar10-tslab');
const began = performance.now();

function say(text: string): void {
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}`);
}

/** This process's environment as a terminal would have it: without what npm tells the scripts that it runs. */
const terminal = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)|^npm_config_local|^INIT_CWD$/.test(name)),
);

interface Call {
  readonly said: () => string;
  readonly ended: Promise<number | null>;
  /** As Ctrl-C at its terminal. */
  readonly interrupt: () => void;
}

function npx(tarball: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Call {
  const child = spawn('npx', ['--yes', `--package=${tarball}`, 'cifar10-tslab', ...args], {
    cwd: home,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...terminal, npm_config_cache: path.join(base, 'npm-cache'), ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => (text += more));
  }
  const interrupt = (): void => {
    process.kill(-child.pid!, 'SIGINT');
  };
  process.once('exit', () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
  });
  return { said: () => text, ended: new Promise((resolve) => child.once('close', resolve)), interrupt };
}

/** Calls it to its end, and gives what it printed. */
async function call(
  tarball: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  code = 0,
): Promise<string> {
  const start = performance.now();
  const { said, ended } = npx(tarball, args, env);
  assert.equal(await ended, code, said());
  const setUp = /Set-up is complete \((.*?)\)/.exec(said())?.[1];
  say(
    `npx cifar10-tslab ${args.join(' ')}: code ${code} after ${((performance.now() - start) / 1000).toFixed(1)} s` +
      (setUp === undefined ? '' : `, ${setUp} of them for set-up`),
  );
  return said();
}

const training = (seed: number): string[] => [
  'train',
  'baseline',
  '--data',
  'sample',
  '--limit',
  '2000',
  '--epochs',
  '3',
  '--seed',
  String(seed),
];

/** Checks the records of the two runs. */
async function checkRuns(): Promise<void> {
  const runs = await readRuns({ folder: path.join(folder, 'outputs', 'runs') });
  assert.equal(runs.length, 2);
  for (const { name, status, evaluation, sessions } of runs) {
    assert.equal(status, 'finished', name);
    // git knows nothing of the folder.
    assert.match(String(sessions[0].versions.commit), /^v\d/);
    say(`${name}: accuracy ${evaluation!.accuracy.toFixed(3)}`);
  }
}

async function lab(tarball: string): Promise<void> {
  const port = await freePort();
  const { said, ended, interrupt } = npx(tarball, [
    ...['lab', '--no-browser', `--port=${port}`, '--ServerApp.port_retries=0', '--IdentityProvider.token='],
  ]);
  let over = false;
  void ended.then(() => (over = true));
  const ask = async (place: string): Promise<unknown> => {
    for (;;) {
      assert.ok(!over, `JupyterLab ended:\n${said()}`);
      try {
        const answer = await fetch(`http://127.0.0.1:${port}/${place}`);
        if (answer.ok) return place.startsWith('api/') ? await answer.json() : await answer.text();
      } catch {
        // It does not listen yet.
      }
      await sleep(200);
    }
  };
  const notebook = 'notebooks/01-baseline.ipynb';
  assert.match(String(await ask(`lab/tree/${notebook}`)), /<title>JupyterLab<\/title>/);
  const { content } = (await ask(`api/contents/${notebook}`)) as {
    content: { metadata: { kernelspec: { name: string } } };
  };
  const { kernelspecs } = (await ask('api/kernelspecs')) as { kernelspecs: Record<string, unknown> };
  assert.ok(Object.hasOwn(kernelspecs, content.metadata.kernelspec.name), Object.keys(kernelspecs).join());
  say('npx cifar10-tslab lab: serves the notebook, and knows its kernel');
  // JupyterLab asks at the first Ctrl-C.
  interrupt();
  await sleep(1000);
  interrupt();
  await ended;
  say('npx cifar10-tslab lab: ended by Ctrl-C');
}

async function main(): Promise<void> {
  fs.mkdirSync(home);
  const { file, size } = makePackage(base);
  say(`packed: ${(size / 1e6).toFixed(1)} MB`);

  await call(file, training(1));
  assert.deepEqual(fs.readdirSync(home), ['cifar10-tslab']);
  const notebook = path.join(folder, 'notebooks', '01-baseline.ipynb');
  const changed = fs.readFileSync(notebook, 'utf8').replace('# ', '# My ');
  fs.writeFileSync(notebook, changed);
  await call(file, training(2));
  assert.match(await call(file, ['results']), /Baseline/);
  await checkRuns();
  await lab(file);
  assert.equal(fs.readFileSync(notebook, 'utf8'), changed);

  fs.rmSync(path.join(folder, 'node_modules/@tensorflow/tfjs-node-gpu/lib'), { recursive: true });
  assert.match(
    await call(file, ['lab'], { CXX: 'no-compiler' }, 1),
    /A C\+\+ compiler is needed .*install one with/,
  );
  // By this, set-up knows that .venv is whole.
  fs.rmSync(path.join(folder, '.venv', 'setup.json'));
  assert.match(
    await call(file, ['lab'], { PYTHON: 'no-python' }, 1),
    /Python .* is needed .*install one with/,
  );
}

// The calls have process groups of their own, which Ctrl-C here does not reach.
process.once('SIGINT', () => process.exit(130));
process.once('exit', () => {
  if (values.keep) console.log(`Kept: ${base}`);
  else fs.rmSync(base, { recursive: true, force: true });
});

main().then(
  () => {
    console.log('A stranger gets to a trained network.');
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
