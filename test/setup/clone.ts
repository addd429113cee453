/** A clone in which the whole of set-up runs in a second, on stand-ins for npm, Python and the compiler. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Ended, newFolder, projectRoot, runToEnd, write, writeProgram } from './fakes';

const main = path.join(projectRoot, 'scripts', 'setup', 'main.js');
const suffix = process.platform === 'darwin' ? '.2.dylib' : '.so.2';
const gpuPackage = 'node_modules/@tensorflow/tfjs-node-gpu';

/** What Node needs of a file to load it as an addon. */
const addonSource = 'void *napi_register_module_v1(void *env, void *exports) { return exports; }';

const npmSource = (calls: string) => `
  const fs = require('node:fs');
  fs.appendFileSync(${JSON.stringify(calls)}, 'npm ' + process.argv[2] + '\\n');
  if (process.argv[2] === 'ci') {
    fs.rmSync('node_modules', { recursive: true, force: true });
    fs.mkdirSync('${gpuPackage}', { recursive: true });
    fs.writeFileSync('${gpuPackage}/package.json', '{}');
    const { packages } = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));
    delete packages[''];
    fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));
  }`;

export class FakeClone {
  readonly root = newFolder();
  readonly #calls = path.join(newFolder(), 'calls');
  readonly #env: NodeJS.ProcessEnv;
  /** What its disk has free, in GB: CUDA alone asks for 10, which the disk that tests run on may lack. */
  freeGigabytes = 100;

  constructor() {
    const tools = newFolder();
    const packages = { '': {}, [gpuPackage]: { version: '4.22.0' } };
    write(path.join(this.root, 'package-lock.json'), JSON.stringify({ packages }));

    const python = path.join(tools, 'python3');
    const answer = JSON.stringify({ version: [3, 11, 0], file: python, missing: [], standard: true });
    const tensorflow = '"$(dirname "$0")"/../lib/python3.11/site-packages/tensorflow';
    writeProgram(
      tools,
      'python3',
      `case "$1" in
        -c) echo '${answer}' ;;
        -m) rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
        *) echo pip $$ >> ${this.#calls}; eval "$PIP_DOES"
           mkdir -p ${tensorflow}/include
           : > ${tensorflow}/libtensorflow_cc${suffix}; : > ${tensorflow}/libtensorflow_framework${suffix} ;;
      esac`,
    );
    const source = write(path.join(tools, 'addon.c'), addonSource);
    const compiler = writeProgram(
      tools,
      'compiler',
      `test "$1" = --version && exit 0
      echo compiler >> ${this.#calls}
      while test "$1" != -o; do shift; done
      exec cc -shared -fPIC -x c ${source} -o "$2"`,
    );
    const npm = write(path.join(tools, 'npm-cli.js'), npmSource(this.#calls));
    this.#env = {
      PATH: '/usr/bin:/bin',
      npm_execpath: npm,
      PYTHON: python,
      CXX: compiler,
      SETUP_DEVICE: 'cpu',
    };
  }

  #args(): string[] {
    const disk = `require('node:fs').statfsSync = () => ({ bavail: ${this.freeGigabytes * 1e6}, bsize: 1000 });`;
    const call = `require(${JSON.stringify(main)}).main([], process.env, ${JSON.stringify(this.root)})`;
    return ['-e', `${disk} ${call}.then((code) => { process.exitCode = code; })`];
  }

  /** Runs set-up to its end. */
  run(env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return runToEnd(process.execPath, this.#args(), { ...this.#env, ...env });
  }

  /** Runs set-up as a user who may read the clone and not write it; root may do everything. */
  async runAsStranger(): Promise<Ended> {
    const [flag, call] = this.#args();
    // Only once set-up is loaded: the project may lie where a stranger can't read.
    const become = `require(${JSON.stringify(main)}); if (process.geteuid() === 0) process.seteuid(65534);`;
    fs.chmodSync(path.dirname(this.root), 0o755);
    fs.chmodSync(this.root, 0o555);
    try {
      return await runToEnd(process.execPath, [flag, become + call], this.#env);
    } finally {
      fs.chmodSync(this.root, 0o755);
    }
  }

  /** Starts set-up, for tests that stop it. */
  start(env: NodeJS.ProcessEnv = {}): ChildProcess {
    return spawn(process.execPath, this.#args(), { env: { ...this.#env, ...env }, stdio: 'pipe' });
  }

  /** The programs called since the last time this was asked: 'npm ping', 'npm ci', 'pip <pid>', 'compiler'. */
  takeCalls(): string[] {
    if (!fs.existsSync(this.#calls)) return [];
    const calls = fs.readFileSync(this.#calls, 'utf8').trim().split('\n');
    fs.rmSync(this.#calls);
    return calls;
  }

  /** Waits until the pip of `setUp` is at work, and set-up has noted that: on a busy machine, pip may be faster. */
  async pipAtWork(setUp: ChildProcess): Promise<number> {
    for (;;) {
      if (setUp.exitCode !== null)
        throw new Error(`set-up ended with ${setUp.exitCode} before it called pip`);
      const calls = fs.existsSync(this.#calls) ? fs.readFileSync(this.#calls, 'utf8') : '';
      const found = /^pip (\d+)$/m.exec(calls);
      if (found && this.#running().startsWith(`${found[1]}:`)) return Number(found[1]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  file(name: string): string {
    return path.join(this.root, name);
  }

  /** What set-up has noted of the program that it runs. */
  #running(): string {
    const file = this.file('.setup/running');
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  }
}
