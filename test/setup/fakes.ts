/** Stand-ins for what set-up calls: programs as small shell scripts, in folders that go when the tests end. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after } from 'node:test';

export const projectRoot = path.resolve(__dirname, '..', '..');

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'setup-test-'));
after(() => {
  fs.rmSync(base, { recursive: true, force: true });
});

/** A new empty folder, under its true name. */
export function newFolder(): string {
  return fs.realpathSync(fs.mkdtempSync(path.join(base, 'f-')));
}

/** Writes a file and the folders above it. */
export function write(file: string, content: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
  return file;
}

/** Writes a shell script that can be called by name once its folder is on PATH. */
export function writeProgram(folder: string, name: string, body: string): string {
  const file = write(path.join(folder, name), `#!/bin/sh\n${body}\n`);
  fs.chmodSync(file, 0o755);
  return file;
}

/** A program that answers set-up's questions to a Python. */
export function fakePython(
  folder: string,
  name: string,
  version: readonly number[],
  { missing = [] as readonly string[], standard = true } = {},
): string {
  const answer = JSON.stringify({ version, file: path.join(folder, name), missing, standard });
  return writeProgram(folder, name, `echo '${answer}'`);
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the project's folder, to its end and without holding up this process, which may be its server. */
export function runToEnd(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: projectRoot, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}
