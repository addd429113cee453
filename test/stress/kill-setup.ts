/**
 * Kills set-up at ten random moments, each time in a clone without packages, then checks that the next run completes,
 * that every file of every Python package is there, and that the doctor ends with 0. Uses the network or the caches
 * of npm and pip, and takes about 15 minutes: `npm run stress:setup [-- <seed>]`.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../lib/data/random';

const ROUNDS = 10;
const projectRoot = path.resolve(__dirname, '../..');

/** Lists the files that packages should have and that are missing or of another size, up to ten. */
const findDamage = `
import importlib.metadata as metadata
bad = []
for package in metadata.distributions():
    for file in package.files or []:
        path = file.locate()
        if not path.exists() or (file.size is not None and path.stat().st_size != file.size):
            bad.append(str(file))
print("\\n".join(bad[:10]))
`;

/** A copy of the files that git knows or would take, as they are now. */
function copyProject(): string {
  const clone = fs.mkdtempSync(path.join(os.tmpdir(), 'stress-setup-'));
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    const source = path.join(projectRoot, file);
    if (fs.existsSync(source)) fs.cpSync(source, path.join(clone, file), { verbatimSymlinks: true });
  }
  return clone;
}

/** Runs set-up to its end and gives the seconds it took. */
function complete(clone: string): number {
  const begun = Date.now();
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'setup'], {
    cwd: clone,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `set-up failed:\n${stdout}\n${stderr}`);
  return (Date.now() - begun) / 1000;
}

/** Starts set-up, kills it and all that it started after `seconds`, and gives the step it was at. */
async function killAfter(clone: string, seconds: number): Promise<string> {
  const child = spawn('npm', ['run', '--silent', 'setup'], {
    cwd: clone,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close');
  await Promise.race([ended, sleep(seconds * 1000)]);
  if (child.exitCode !== null) return 'it had ended';
  process.kill(-child.pid!, 'SIGKILL');
  await ended;
  return said.trim().split('\n').slice(-2).join(' / ');
}

function check(clone: string): void {
  const damage = spawnSync(path.join(clone, '.venv/bin/python'), ['-c', findDamage], { encoding: 'utf8' });
  assert.equal(damage.status, 0, damage.stderr);
  assert.equal(damage.stdout.trim(), '', 'files of packages are missing or cut off');
  const doctor = spawnSync('npm', ['run', '--silent', 'doctor'], { cwd: clone, encoding: 'utf8' });
  assert.equal(doctor.status, 0, `${doctor.stdout}\n${doctor.stderr}`);
}

async function main(): Promise<void> {
  const seed = Number(process.argv[2] ?? Date.now() % 100_000);
  const random = new Random(seed);
  const clone = copyProject();
  try {
    const whole = complete(clone);
    check(clone);
    console.log(`seed ${seed}; a whole set-up takes ${whole.toFixed(1)} s`);
    for (let round = 1; round <= ROUNDS; round++) {
      for (const name of ['node_modules', '.venv', '.setup']) {
        fs.rmSync(path.join(clone, name), { recursive: true, force: true });
      }
      const moment = random.between(0, 0.9 * whole);
      const at = await killAfter(clone, moment);
      const seconds = complete(clone);
      check(clone);
      console.log(
        `${round}. killed after ${moment.toFixed(2)} s (${at}); completed in ${seconds.toFixed(1)} s`,
      );
    }
  } finally {
    fs.rmSync(clone, { recursive: true, force: true });
  }
  console.log('Every run after a kill completed.');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
