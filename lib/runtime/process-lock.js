'use strict';
/**
 * A lock between processes, kept as one file. Plain JavaScript: set-up takes it before TypeScript can run.
 *
 * The file is a symbolic link that points nowhere; its target names the holder. Making a symbolic link is
 * atomic, fails when the name is taken, and carries its text from the first moment, so nobody ever reads a
 * half-written lock and no temporary file can be left behind.
 *
 * Machines may share a folder, where the holder can be a process that this one cannot see: on another machine, or in
 * another container. Therefore every holder touches its lock now and then, and who wants the lock of such a holder
 * watches it by its own clock: one that stays untouched for long is given up. Whoever was suspended that long, and goes on,
 * finds out by `isLost`.
 */
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** How often a waiting process looks again. Locks here are held for seconds to minutes. */
const POLL_MS = 100;

/** How often a holder touches its lock. */
const BEAT_MS = 5_000;

/**
 * How long a lock of a holder out of sight stays untouched before it counts as dead. File systems on a network show
 * others a change up to a minute late.
 */
const QUIET_MS = 90_000;

/**
 * @typedef {object} Holder
 * @property {number} pid the process that holds the lock
 * @property {string} identity what `identify` gives for it
 * @property {string} text the whole target of the link, unique to one acquisition
 * @property {string} [host] the name of its machine; missing if this process can see it, or could if it were alive
 */

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && /** @type {NodeJS.ErrnoException} */ (error).code === code;
}

/**
 * What /proc tells of a process, or undefined where there is no /proc or no such entry.
 * @param {number} pid
 */
function readProcess(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    // The second field is the command in parentheses and may hold anything, so count from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // The start is in ticks since boot: with the boot's id it never comes again, whatever pids do.
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
    return { state: fields[0], born: `${boot}-${fields[19]}` };
  } catch {
    return undefined;
  }
}

/**
 * A process's name that no later process shares, where the system tells when processes started.
 * @param {number} pid
 * @returns {string} for `isRunning`
 */
function identify(pid) {
  return `${String(pid)}:${readProcess(pid)?.born ?? ''}`;
}

/** The processes that this one can see are those of the same start of the system and the same container. */
function sight() {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
    const container = /\d+/.exec(fs.readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
    return { boot, container };
  } catch {
    return { boot: '', container: '' };
  }
}

/** This machine's name as a lock holds it. */
const hostName = () =>
  os
    .hostname()
    .replace(/[^\w.-]/g, '_')
    .slice(0, 64);

/**
 * @param {string} born what /proc told the holder of itself
 * @param {string} place `host~container~random`; a random text alone in locks of earlier versions
 * @returns {string | undefined} the holder's machine, if its processes can't be seen from here
 */
function hostOutOfSight(born, place) {
  const [host, container, ...random] = place.split('~');
  const here = sight();
  if (random.length === 0 || born === '' || here.boot === '') return undefined;
  const sameBoot = born.startsWith(`${here.boot}-`);
  if (sameBoot && container === here.container) return undefined;
  // This machine before it was started again: nothing of that time is alive. Many are called localhost.
  if (!sameBoot && host === hostName() && !host.startsWith('localhost')) return undefined;
  return host;
}

/**
 * @param {string} file
 * @returns {Holder | undefined} undefined when nobody holds the lock
 */
function readHolder(file) {
  let text;
  try {
    text = fs.readlinkSync(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (!hasCode(error, 'EINVAL')) throw error;
    text = '';
  }
  const parts = /^(([1-9]\d*):([^:]*)):([^:]+)$/.exec(text);
  if (!parts)
    throw new Error(`${file} is in the way: a lock has to be made there, and this is none; remove it.`);
  const [, identity, pid, born, place] = parts;
  return { pid: Number(pid), identity, text, host: hostOutOfSight(born, place) };
}

/**
 * @param {string} identity what `identify` gave for the process
 * @returns {boolean} whether that very process still runs; a zombie doesn't
 */
function isRunning(identity) {
  const [pid, born] = identity.split(':');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if (hasCode(error, 'ESRCH')) return false;
  }
  const seen = readProcess(Number(pid));
  if (!seen) return true;
  const ended = seen.state === 'Z' || seen.state === 'X';
  const pidReused = born !== '' && seen.born !== born;
  return !ended && !pidReused;
}

/**
 * @param {string} file the lock's place
 * @returns {boolean} whether a living process holds it; of one on another machine, whether it touched its lock lately
 */
function isHeld(file) {
  const holder = readHolder(file);
  if (holder === undefined) return false;
  if (holder.host === undefined) return isRunning(holder.identity);
  return Date.now() - touched(file) < QUIET_MS;
}

/**
 * @param {string} file
 * @returns {number} when the lock was touched last, in ms of its file system; 0 if it is gone
 */
function touched(file) {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Watches locks of holders out of sight, by the clock of this process alone.
 * @param {string} file
 * @param {number} quietMs
 */
function watch(file, quietMs) {
  let seen = '';
  let since = performance.now();
  let changes = -1;
  return {
    /**
     * @param {Holder} holder
     * @returns {'dead' | 'alive' | 'in doubt'}
     */
    look(holder) {
      const now = `${holder.text} ${String(touched(file))}`;
      if (!seen.startsWith(`${holder.text} `)) changes = -1;
      if (now !== seen) {
        seen = now;
        since = performance.now();
        changes++;
      }
      if (performance.now() - since > quietMs) return 'dead';
      return changes > 0 ? 'alive' : 'in doubt';
    },
  };
}

/**
 * @param {string} file
 * @param {string} text
 * @returns {boolean} false when the lock is taken
 */
function tryCreate(file, text) {
  try {
    fs.symlinkSync(text, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Removes the lock of a dead holder, and never one that was made since. Between looking and removing, another
 * process may have removed the dead lock and made its own; so the right to remove this one holder's lock is a
 * lock itself, and whoever has it looks again. A process that dies right here is cleared away the same way.
 * @param {string} file
 * @param {Holder} dead
 */
async function removeDead(file, dead) {
  const name = crypto.createHash('sha256').update(dead.text).digest('hex').slice(0, 12);
  const right = await acquireLock(`${file}.${name}`);
  try {
    if (readHolder(file)?.text === dead.text) fs.unlinkSync(file);
  } finally {
    right.release();
  }
}

/**
 * Takes the lock, waiting as long as a living process holds it. A lock whose holder is dead, or whose pid now
 * belongs to another process, is taken over; one of a holder out of sight once it has been untouched for long. The lock
 * goes when it is released or the process ends; a process that is killed leaves the file, and the next one to ask takes
 * it over.
 * @param {string} file the lock's place; its folder is made if missing. Add it to .gitignore
 * @param {LockOptions} [options]
 * @returns {Promise<Lock>}
 */
async function acquireLock(file, options = {}) {
  const { quietMs = QUIET_MS, beatMs = BEAT_MS } = options;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const place = `${hostName()}~${sight().container}~${crypto.randomBytes(6).toString('hex')}`;
  const own = `${identify(process.pid)}:${place}`;
  const watched = watch(file, quietMs);
  let announced = '';
  let doubted = '';
  while (!tryCreate(file, own)) {
    const holder = readHolder(file);
    if (!holder) continue;
    const state = holder.host === undefined ? stateInSight(holder) : watched.look(holder);
    if (state === 'dead') {
      await removeDead(file, holder);
      continue;
    }
    if (state === 'in doubt' && holder.text !== doubted) {
      doubted = holder.text;
      options.onDoubt?.(holder.pid, holder.host ?? '', quietMs);
    }
    if (state === 'alive' && holder.text !== announced) {
      announced = holder.text;
      options.onWait?.(holder.pid, holder.host);
    }
    options.signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }

  const isLost = () => {
    try {
      return fs.readlinkSync(file) !== own;
    } catch (error) {
      // A disk that can't be reached for a moment has taken nothing away.
      return hasCode(error, 'ENOENT') || hasCode(error, 'EINVAL');
    }
  };
  const beat = setInterval(() => {
    try {
      const now = new Date();
      if (!isLost()) fs.lutimesSync(file, now, now);
    } catch {
      // Next time, perhaps; some file systems can't.
    }
  }, beatMs).unref();
  const release = () => {
    clearInterval(beat);
    process.removeListener('exit', release);
    try {
      if (fs.readlinkSync(file) === own) fs.unlinkSync(file);
    } catch {
      // Gone already, with its folder perhaps. There is nothing left to give back.
    }
  };
  process.on('exit', release);
  return { release, isLost };
}

/**
 * @param {Holder} holder
 * @returns {'dead' | 'alive'}
 */
function stateInSight(holder) {
  return isRunning(holder.identity) ? 'alive' : 'dead';
}

/**
 * @typedef {object} LockOptions
 * @property {(holderPid: number, host?: string) => void} [onWait] called once for each living holder that this call has to
 *   wait for; `host` if it is on another machine
 * @property {(holderPid: number, host: string, quietMs: number) => void} [onDoubt] called once for each holder on another
 *   machine of which is still to be seen whether it lives
 * @property {AbortSignal} [signal] ends the waiting: the call throws its reason
 * @property {number} [quietMs] for tests
 * @property {number} [beatMs] for tests
 */

/**
 * @typedef {object} Lock
 * @property {() => void} release may be called more than once
 * @property {() => boolean} isLost whether another process has taken it over, since this one was suspended for long
 */

module.exports = { acquireLock, identify, isHeld, isRunning };
