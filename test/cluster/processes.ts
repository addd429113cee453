/** A cluster on this machine: a scheduler, workers and submitters as processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../lib/runtime/paths';

/** A process whose words are kept. */
export class Script {
  readonly child: ChildProcess;
  readonly ended: Promise<number | string>;
  text = '';

  /** @param script below scripts/ */
  constructor(
    script: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    before: readonly string[] = [],
  ) {
    const command = [
      ...before,
      ...[process.execPath, '-r', './lib/runtime/register-ts.js', path.join('scripts', script)],
      ...args,
    ];
    this.child = spawn(command[0], command.slice(1), {
      cwd: projectRoot,
      // A process group of its own, to be stopped or ended as a whole.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1', ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream!.setEncoding('utf8').on('data', (text: string) => (this.text += text));
    }
    this.ended = once(this.child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  }

  /** @throws Error with what it said, if it ends before */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.text);
      if (found) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`It ended without saying ${String(pattern)}:\n${this.text}`);
      }
      await sleep(50);
    }
  }

  /** Its own process with all that it has started, those that have left its group too. */
  processes(): number[] {
    const parents = new Map<number, number>();
    for (const name of fs.readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
      try {
        const stat = fs.readFileSync(`/proc/${name}/stat`, 'latin1');
        parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      } catch {
        // It has just ended.
      }
    }
    const found = [this.child.pid!];
    for (const pid of found)
      found.push(...[...parents].filter(([, parent]) => parent === pid).map(([each]) => each));
    return found;
  }

  /** Sends a signal to all of its processes. */
  signal(signal: NodeJS.Signals): void {
    for (const pid of this.processes()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has just ended.
      }
    }
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.ended;
  }
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function startScheduler(...args: string[]): Promise<{ scheduler: Script; address: string }> {
  const port = await freePort();
  const scheduler = new Script('cluster/scheduler.ts', ['--port', String(port), ...args]);
  const [, address] = await scheduler.says(/The scheduler is at (\S+)\. /);
  return { scheduler, address };
}
