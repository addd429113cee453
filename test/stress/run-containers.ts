/**
 * Runs what the Dockerfile, the devcontainer and Binder's files say, without a container engine: in a fresh Debian made
 * by debootstrap, with this Node in it, as root or as user 1000 as the files say, from what git knows of the clone. Each
 * has to end with a doctor that finds nothing amiss; the image's JupyterLab has to answer, and Binder's Jupyter has to
 * find the kernel. Needs root, Debian's debootstrap and the network, 4 GB of disk, and ten minutes:
 *
 *     npm run stress:containers                       # Dockerfile, devcontainer, binder
 *     npm run stress:containers -- Dockerfile.cuda    # one of them; this one downloads 3.4 GB
 *
 * `--root DIR` uses and keeps that Debian, and makes it if it is missing; `--mirror URL` names where its packages are.
 */
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../lib/runtime/paths';
import { type Instruction, instructionsOf, readDockerfile } from '../setup/dockerfile';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string' }, mirror: { type: 'string' } },
});

const USER = '1000';
const HOME = '/home/node';
const LAB_ANSWERS_WITHIN_S = 180;
const LAB_PORT = 18_888;

const read = (...file: string[]): string => fs.readFileSync(path.join(projectRoot, ...file), 'utf8');

/** @throws Error if the program fails */
function need(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${program} ended with ${status ?? error?.message}`);
}

/** A Debian folder to enter, with Node and a user as the images of Node have them. */
class Debian {
  private env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
  };
  user = '0';
  folder = '/';

  constructor(readonly root: string) {}

  make(release: string, mirror: string | undefined): void {
    if (!fs.existsSync(path.join(this.root, 'usr/bin/apt-get'))) {
      const source = mirror === undefined ? [] : [mirror];
      need('debootstrap', ['--variant=minbase', '--include=ca-certificates', release, this.root, ...source]);
    }
    // npm names its own file to the scripts that it runs.
    const npm = process.env.npm_execpath;
    if (npm === undefined) throw new Error('run this with: npm run stress:containers');
    const local = path.join(this.root, 'usr/local');
    fs.cpSync(process.execPath, path.join(local, 'bin/node'), { dereference: true });
    fs.rmSync(path.join(local, 'lib/node_modules/npm'), { recursive: true, force: true });
    const npmFolder = path.resolve(fs.realpathSync(npm), '../..');
    fs.cpSync(npmFolder, path.join(local, 'lib/node_modules/npm'), { recursive: true });
    for (const name of ['npm', 'npx']) {
      const link = path.join(local, 'bin', name);
      fs.rmSync(link, { force: true });
      fs.symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, link);
    }
    // How this machine reaches package indexes: certificates, and which index pip asks.
    for (const file of [
      '/etc/resolv.conf',
      '/etc/hosts',
      '/etc/pip.conf',
      '/etc/ssl/certs/ca-certificates.crt',
    ]) {
      if (fs.existsSync(file)) fs.cpSync(file, path.join(this.root, file), { dereference: true });
    }
    for (const [name, value] of Object.entries(process.env)) {
      if (/^(PIP_(?!FIND_LINKS)|SSL_CERT|NODE_EXTRA_CA|REQUESTS_CA|HTTPS?_PROXY|NO_PROXY)/i.test(name)) {
        this.env[name] = value ?? '';
      }
    }
    need('chroot', [
      this.root,
      'sh',
      '-c',
      `id node >/dev/null 2>&1 || useradd -m -u ${USER} -d ${HOME} node`,
    ]);
  }

  set(text: string): void {
    for (const [, name, value] of text.matchAll(/(\w+)=(\S+)/g)) this.env[name] = value;
  }

  /** The words that run a command in here, with devices and processes that vanish with it. */
  private words(command: string): [string, ...string[]] {
    const inside = [
      `mount --bind /dev ${this.root}/dev`,
      `mount -t proc proc ${this.root}/proc`,
      `exec chroot --userspec=${this.user}:${this.user} ${this.root} "$@"`,
    ];
    const home = this.user === '0' ? '/root' : HOME;
    const env = Object.entries({ ...this.env, HOME: home }).map(([name, value]) => `${name}=${value}`);
    const program = ['env', '-i', ...env, 'bash', '-c', `cd ${this.folder} && ${command}`];
    return [
      'unshare',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      'sh',
      '-ec',
      inside.join('\n'),
      'sh',
      ...program,
    ];
  }

  /** @throws Error if it fails */
  run(command: string): void {
    console.log(`${this.user === '0' ? '#' : '$'} ${command}`);
    const [program, ...args] = this.words(command);
    need(program, args);
  }

  /** Starts a server, waits until it answers, and ends it. */
  async serve(command: string, address: string): Promise<void> {
    console.log(`$ ${command}`);
    const [program, ...args] = this.words(command);
    const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    try {
      for (let second = 0; second < LAB_ANSWERS_WITHIN_S; second++) {
        const answer = await fetch(address).catch(() => undefined);
        if (answer?.ok) {
          console.log(`  ${address} answers ${await answer.text()}`);
          return;
        }
        if (server.exitCode !== null) break;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      throw new Error(`${address} does not answer`);
    } finally {
      // Its child is the first process of a world of their own, and takes all others with it.
      const file = `/proc/${server.pid}/task/${server.pid}/children`;
      const children = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
      server.kill('SIGKILL');
      for (const [child] of children.matchAll(/\d+/g)) {
        try {
          process.kill(Number(child), 'SIGKILL');
        } catch {
          // It has ended with the server.
        }
      }
    }
  }

  /** Puts the project's files where a container has them. */
  place(folder: string, withGit: boolean): void {
    const target = path.join(this.root, folder);
    fs.rmSync(target, { recursive: true, force: true });
    fs.mkdirSync(path.dirname(target), { recursive: true });
    if (withGit) need('git', ['clone', '-q', projectRoot, target]);
    else {
      const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
      const { stdout } = spawnSync('git', listed, { cwd: projectRoot, encoding: 'utf8', maxBuffer: 2 ** 26 });
      for (const file of stdout.split('\0').filter((name) => name !== '')) {
        const source = path.join(projectRoot, file);
        if (fs.existsSync(source)) fs.cpSync(source, path.join(target, file), { verbatimSymlinks: true });
      }
    }
    need('chown', ['-R', `${USER}:${USER}`, target]);
    this.folder = folder;
  }
}

const DOCTOR = 'npm run --silent doctor';

async function follow(debian: Debian, instructions: readonly Instruction[]): Promise<void> {
  let folder = '/';
  debian.user = '0';
  debian.folder = '/';
  for (const { name, text } of instructions) {
    if (name === 'USER') debian.user = text;
    else if (name === 'WORKDIR') folder = text;
    else if (name === 'ENV') debian.set(text);
    else if (name === 'COPY') debian.place(folder, false);
    else if (name === 'RUN') debian.run(text);
    else if (name === 'CMD') {
      debian.run(DOCTOR);
      const command = (JSON.parse(text) as string[]).join(' ').replace('0.0.0.0', '127.0.0.1');
      await debian.serve(`${command} --port=${LAB_PORT}`, `http://127.0.0.1:${LAB_PORT}/api`);
    }
  }
}

/** The stage of the Dockerfile that others start from: its packages. */
async function asTools(debian: Debian): Promise<void> {
  const stages = readDockerfile(read('Dockerfile'));
  await follow(debian, instructionsOf(stages, stages[0]));
  debian.user = USER;
}

const cases: Readonly<Record<string, (debian: Debian) => Promise<void>>> = {
  Dockerfile: (debian) => follow(debian, instructionsOf(readDockerfile(read('Dockerfile')))),
  'Dockerfile.cuda': (debian) => follow(debian, instructionsOf(readDockerfile(read('Dockerfile.cuda')))),
  devcontainer: async (debian) => {
    const { postCreateCommand } = JSON.parse(read('.devcontainer', 'devcontainer.json')) as {
      postCreateCommand: string;
    };
    await asTools(debian);
    debian.place('/workspaces/cifar10-tslab', true);
    debian.run(postCreateCommand);
    debian.run(DOCTOR);
  },
  binder: async (debian) => {
    await asTools(debian);
    debian.place(`${HOME}/binder`, true);
    debian.run('binder/postBuild');
    debian.run(DOCTOR);
    // In the place of Binder's own Jupyter: one that is not the clone's.
    debian.run('python3 -m venv ../server && ../server/bin/pip install --quiet jupyter_client');
    debian.run('binder/start ../server/bin/jupyter kernelspec list | grep tslab-cifar10');
  },
};

async function main(): Promise<void> {
  const { base } = readDockerfile(read('Dockerfile'))[0];
  const [, node, release] = /^node:(\d+)-(\w+)/.exec(base) ?? [];
  if (process.getuid?.() !== 0) throw new Error('entering another Debian needs root: run this with sudo');
  if (!process.version.startsWith(`v${node}.`)) {
    console.log(`The images have Node ${node}; here it is ${process.version}.`);
  }
  const root = path.resolve(values.root ?? fs.mkdtempSync(path.join(os.tmpdir(), 'containers-')));
  try {
    const debian = new Debian(root);
    debian.make(release, values.mirror);
    for (const name of positionals.length > 0 ? positionals : ['Dockerfile', 'devcontainer', 'binder']) {
      if (!Object.hasOwn(cases, name))
        throw new Error(`"${name}" is none of ${Object.keys(cases).join(', ')}`);
      console.log(`\n=== ${name}`);
      await cases[name](debian);
    }
    console.log('\nEvery step did what it says.');
  } finally {
    if (values.root === undefined) fs.rmSync(root, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
