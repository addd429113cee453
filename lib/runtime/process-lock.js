'use strict';
/**
 * A lock between processes, kept as one file. Plain JavaScript: set-up takes it before TypeScript can run.
 *
 * The file is a symbolic link that points nowhere; its target names the holder. Making a symbolic link is
 * atomic, fails when the name is taken, and carries its text from the first moment, so nobody ever reads a
 * half-written lock and no temporary file can be left behind.
 */
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

/** How often a waiting process looks again. Locks here are held for seconds to minutes. */
const POLL_MS = 100;

/**
 * @typedef {object} Holder
 * @property {number} pid the process that holds the lock
 * @property {string} identity what `identify` gives for it
 * @property {string} text the whole target of the link, unique to one acquisition
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
  const parts = /^(([1-9]\d*):[^:]*):[^:]+$/.exec(text);
  if (!parts)
    throw new Error(`${file} is in the way: a lock has to be made there, and this is none; remove it.`);
  return { pid: Number(parts[2]), identity: parts[1], text };
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
 * @returns {boolean} whether a living process holds it
 */
function isHeld(file) {
  const holder = readHolder(file);
  return holder !== undefined && isRunning(holder.identity);
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
 * belongs to another process, is taken over. The lock goes when it is released or the process ends; a process
 * that is killed leaves the file, and the next one to ask takes it over.
 * @param {string} file the lock's place; its folder is made if missing. Add it to .gitignore
 * @param {{ onWait?: (holderPid: number) => void, signal?: AbortSignal }} [options] `onWait` is called once for each
 *   holder that this call has to wait for; `signal` ends the waiting: the call throws its reason
 * @returns {Promise<{ release(): void }>} `release` may be called more than once
 */
async function acquireLock(file, options = {}) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const own = `${identify(process.pid)}:${crypto.randomBytes(6).toString('hex')}`;
  let announced = '';
  while (!tryCreate(file, own)) {
    const holder = readHolder(file);
    if (!holder) continue;
    if (!isRunning(holder.identity)) {
      await removeDead(file, holder);
      continue;
    }
    if (holder.text !== announced) {
      announced = holder.text;
      options.onWait?.(holder.pid);
    }
    options.signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }

  const release = () => {
    process.removeListener('exit', release);
    try {
      if (fs.readlinkSync(file) === own) fs.unlinkSync(file);
    } catch {
      // Gone already, with its folder perhaps. There is nothing left to give back.
    }
  };
  process.on('exit', release);
  return { release };
}

module.exports = { acquireLock, identify, isHeld, isRunning };
