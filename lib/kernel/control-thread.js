'use strict';
/**
 * The kernel's second thread: control channel, heartbeat, and the watch over the first.
 *
 * Cells run on the main thread, and a loop that never awaits keeps its event loop from turning: nothing that
 * lives there can hear an interrupt. This thread can. It hands control messages to the main thread, and when
 * an interrupt is not acknowledged in time it raises a flag that every loop of a cell looks at, and then sends
 * SIGINT, which ends other code while the cell's first, synchronous part runs. It is plain JavaScript so that it
 * costs no second compiler.
 */
const { createHmac, timingSafeEqual } = require('node:crypto');
const worker = require('node:worker_threads');
const zmq = require('zeromq');
const { isRunning } = require('../runtime/process-lock');

/**
 * @typedef {object} ControlThreadData
 * @property {{ transport: string, ip: string, control_port: number, hb_port: number, key: string }} connection
 * @property {Int32Array} listening shared: how many listeners will answer an interrupt by themselves
 * @property {Int32Array} flag shared: see interrupt-flag.ts
 */

/** How long the main thread may take to acknowledge an interrupt before it is taken for stuck, in ms. */
const STUCK_AFTER_MS = 500;
/** How long loops may take to see the flag before the code is taken for something else than a cell's loop, in ms. */
const NO_LOOP_AFTER_MS = 300;
/** How long a second interrupt counts as one, in ms. */
const PATIENCE_MS = 60_000;
/** See interrupt-flag.ts. */
const ASKED = 1;
/** How often to look whether the process that started the kernel is still there, in ms. */
const PARENT_CHECK_MS = 1000;
/** How long a kernel without a parent may take to save and leave, in ms. */
const LEAVE_MS = 5000;

if (worker.parentPort === null) throw new Error('control-thread.js runs as a worker of the kernel');
const main = worker.parentPort;
const { connection, listening, flag } = /** @type {ControlThreadData} */ (
  /** @type {unknown} */ (worker.workerData)
);

const control = new zmq.Router();
const heartbeat = new zmq.Reply();
control.sendHighWaterMark = 0;

/** @type {NodeJS.Timeout | undefined} */
let stuckTimer;
/** @type {Promise<void>} */
let sends = Promise.resolve();

/** @param {Buffer[]} frames */
function isInterrupt(frames) {
  const delimiter = frames.findIndex((frame) => frame.equals(Buffer.from('<IDS|MSG>')));
  if (delimiter < 0 || frames.length < delimiter + 6) return false;
  const signed = frames.slice(delimiter + 2, delimiter + 6);
  if (connection.key !== '') {
    const hmac = createHmac('sha256', connection.key);
    for (const frame of signed) hmac.update(frame);
    const expected = Buffer.from(hmac.digest('hex'));
    const got = frames[delimiter + 1];
    if (got.length !== expected.length || !timingSafeEqual(got, expected)) return false;
  }
  try {
    const header = /** @type {{ msg_type?: unknown }} */ (
      /** @type {unknown} */ (JSON.parse(signed[0].toString()))
    );
    return /** @type {{ msg_type?: unknown }} */ (header).msg_type === 'interrupt_request';
  } catch {
    return false;
  }
}

/** Stops a cell whose thread does not answer. */
function stopStuckCell() {
  Atomics.store(flag, 0, ASKED);
  stuckTimer = setTimeout(() => {
    stuckTimer = undefined;
    if (Atomics.load(flag, 0) === ASKED) process.kill(process.pid, 'SIGINT');
  }, NO_LOOP_AFTER_MS);
}

function watchForStuckMain() {
  // Work that listens stops at its next step, however long that takes; asked again, it is stopped by force.
  const patient = Atomics.load(listening, 0) > 0 && stuckTimer === undefined;
  clearTimeout(stuckTimer);
  stuckTimer = patient
    ? setTimeout(() => (stuckTimer = undefined), PATIENCE_MS)
    : setTimeout(stopStuckCell, STUCK_AFTER_MS);
}

main.on('message', (/** @type {{ type: string, frames?: (Uint8Array | string)[] }} */ message) => {
  if (message.type === 'acknowledged') {
    clearTimeout(stuckTimer);
    stuckTimer = undefined;
  } else if (message.type === 'send' && message.frames !== undefined) {
    const frames = message.frames.map((frame) => (typeof frame === 'string' ? frame : Buffer.from(frame)));
    sends = sends.then(() => control.send(frames));
  } else if (message.type === 'close') {
    void sends.then(() => {
      control.close();
      heartbeat.close();
      main.postMessage({ type: 'closed' });
    });
  }
});

/**
 * A kernel whose Jupyter was killed would live on for ever: it is asked to leave, then made to. Jupyter may have
 * been killed while the kernel was starting, when another process had taken its place as parent already; but it
 * leaves its process id in the environment.
 */
function leaveWhenOrphaned() {
  const parent = process.ppid;
  const jupyter = process.env.JPY_PARENT_PID;
  const timer = setInterval(() => {
    if (process.ppid === parent && (jupyter === undefined || isRunning(`${jupyter}:`))) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LEAVE_MS);
  }, PARENT_CHECK_MS);
}

async function run() {
  const address = `${connection.transport}://${connection.ip}`;
  await control.bind(`${address}:${connection.control_port}`);
  await heartbeat.bind(`${address}:${connection.hb_port}`);
  main.postMessage({ type: 'ready' });
  leaveWhenOrphaned();
  void (async () => {
    for await (const frames of heartbeat) await heartbeat.send(frames);
  })();
  for await (const frames of control) {
    if (isInterrupt(frames)) watchForStuckMain();
    main.postMessage({ type: 'received', frames });
  }
}

void run();
