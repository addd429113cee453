'use strict';
/**
 * The kernel's second thread. It owns all of Jupyter's sockets and watches over the main thread.
 *
 * Cells run on the main thread. While one of them does not await, that thread can neither notice an interrupt nor send
 * what the cell has written. This thread can. It is plain JavaScript, so that it needs no compiler.
 *
 * Repair: lost output. ZeroMQ's send is asynchronous, and it refuses a second send before the first has ended. Stock
 * tslab awaits none of them, so that a burst of output loses most of its messages. Here each socket has a queue, and
 * no high-water mark above which a publisher drops messages.
 */
const { createHmac, timingSafeEqual } = require('node:crypto');
const worker = require('node:worker_threads');
const zmq = require('zeromq');
const { isRunning } = require('../runtime/process-lock');
const { StuckWatch } = require('./stuck-watch');

/**
 * @typedef {'shell' | 'control' | 'iopub'} SocketName
 * @typedef {(Uint8Array | string)[]} Frames
 *
 * @typedef {object} SocketThreadData
 * @property {import('./wire').ConnectionInfo} connection
 * @property {Int32Array} listening shared: how many listeners will answer an interrupt by themselves
 * @property {Int32Array} flag shared: see interrupt-flag.ts
 *
 * What the main thread says: send this; the interrupt has arrived; a cell begins, and these are its notices (see
 * stuck-watch.js); send what is queued and close.
 * @typedef {{ type: 'send', socket: SocketName, frames: Frames } | { type: 'acknowledged' }
 *   | { type: 'notices', notices: Frames[] } | { type: 'close' }} ToSocketThread
 *
 * What this thread says: all sockets are open; a message has arrived; all sockets are closed.
 * @typedef {{ type: 'ready' } | { type: 'received', socket: 'shell' | 'control', frames: Uint8Array[] }
 *   | { type: 'closed' }} FromSocketThread
 */

/** How often to check that the process that started the kernel is still there, in ms. */
const PARENT_CHECK_MS = 1000;
/** How long a kernel without a parent may take to save and leave, in ms. */
const LEAVE_MS = 5000;

if (worker.parentPort === null) throw new Error('socket-thread.js runs as a worker of the kernel');
const main = worker.parentPort;
const { connection, listening, flag } = /** @type {SocketThreadData} */ (
  /** @type {unknown} */ (worker.workerData)
);

const sockets = {
  shell: new zmq.Router(),
  control: new zmq.Router(),
  iopub: new zmq.Publisher(),
  // Bound because Jupyter expects it; this kernel asks for no input.
  stdin: new zmq.Router(),
  heartbeat: new zmq.Reply(),
};

/** @type {Record<SocketName, Promise<void>>} The end of each socket's queue. */
const sent = { shell: Promise.resolve(), control: Promise.resolve(), iopub: Promise.resolve() };

/**
 * Sends frames after everything that is queued already.
 * @param {SocketName} socket
 * @param {Frames} frames
 */
function send(socket, frames) {
  const buffers = frames.map((frame) => (typeof frame === 'string' ? frame : Buffer.from(frame)));
  sent[socket] = sent[socket]
    .then(() => sockets[socket].send(buffers))
    .catch((/** @type {unknown} */ error) => {
      // This socket cannot tell anybody, so the terminal has to.
      console.error(`A message could not be sent: ${String(error)}`);
    });
}

const watch = new StuckWatch({
  listening,
  flag,
  publish: (frames) => {
    send('iopub', frames);
  },
});

/** @param {FromSocketThread} message */
function tell(message) {
  main.postMessage(message);
}

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
    return header.msg_type === 'interrupt_request';
  } catch {
    return false;
  }
}

main.on('message', (/** @type {ToSocketThread} */ message) => {
  if (message.type === 'send') send(message.socket, message.frames);
  else if (message.type === 'acknowledged') watch.acknowledged();
  else if (message.type === 'notices') watch.cellBegins(message.notices);
  else {
    void Promise.all(Object.values(sent)).then(() => {
      for (const socket of Object.values(sockets)) socket.close();
      tell({ type: 'closed' });
    });
  }
});

/**
 * Ends a kernel whose Jupyter was killed, and which would otherwise live on for ever: SIGTERM first, SIGKILL later.
 * If Jupyter was killed while the kernel was starting, another process is the parent already; but Jupyter's process
 * id is in the environment.
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

/** @param {'shell' | 'control'} name */
async function receive(name) {
  for await (const frames of sockets[name]) {
    if (name === 'control' && isInterrupt(frames)) watch.interruptRequested();
    tell({ type: 'received', socket: name, frames });
  }
}

async function echoHeartbeats() {
  for await (const frames of sockets.heartbeat) await sockets.heartbeat.send(frames);
}

async function run() {
  const { transport, ip, shell_port, control_port, iopub_port, stdin_port, hb_port } = connection;
  const address = `${transport}://${ip}`;
  for (const name of /** @type {const} */ (['shell', 'control', 'iopub'])) {
    // Holds only for connections that are made later.
    sockets[name].sendHighWaterMark = 0;
  }
  await sockets.iopub.bind(`${address}:${iopub_port}`);
  await sockets.stdin.bind(`${address}:${stdin_port}`);
  await sockets.control.bind(`${address}:${control_port}`);
  await sockets.heartbeat.bind(`${address}:${hb_port}`);
  await sockets.shell.bind(`${address}:${shell_port}`);
  tell({ type: 'ready' });
  leaveWhenOrphaned();
  void echoHeartbeats();
  void receive('control');
  await receive('shell');
}

void run();
