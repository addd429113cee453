/**
 * Jupyter's messages: what comes in on shell and control, what is published, and in which order.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html
 *
 * Stock tslab's server is not used: almost each of its answers needed a repair (sends that are lost, no `error`,
 * `execute_input`, `execute_result` or `history_reply`, no counts, cells dropped in silence after an error,
 * control requests that wait for the cell). Cells run one at a time; completion and tooltips are answered while
 * one is waiting; control goes through a thread of its own (control-thread.js).
 */
import * as path from 'node:path';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import * as zmq from 'zeromq';
import { setDisplayHost } from '../runtime/display';
import { listening, requestInterrupt } from '../runtime/interrupt';
import type { CellRunner } from './cell';
import type { Compiler } from './compiler';
import { History } from './history';
import { refuseInput } from './no-input';
import { reportToTerminal, SendQueue } from './send-queue';
import { StreamBuffer } from './streams';
import { type ConnectionInfo, type JsonObject, type Message, PROTOCOL_VERSION, Wire } from './wire';

/** How requests of one socket are answered. */
type Reply = (type: string, content: JsonObject) => void;

/** After an error, requests that are on their way this long belong to the same "run all", in ms. */
const ABORT_WINDOW_MS = 20;
/** A signal this soon after an interrupt request belongs to it, in ms. */
const OWN_SIGNAL_MS = 1000;

export class KernelServer {
  private readonly wire: Wire;
  private readonly shell = new zmq.Router();
  private readonly iopub = new zmq.Publisher();
  private readonly stdin = new zmq.Router();
  private readonly replies: SendQueue;
  private readonly broadcasts: SendQueue;
  private readonly streams: StreamBuffer;
  private readonly controlThread: Worker;
  private readonly waiting: Message[] = [];
  private readonly history = new History();
  private executionCount = 0;
  /** The request whose cell runs, or ran last: what is written belongs to it. */
  private current: Message | undefined;
  private isRunning = false;
  private lastInterrupt = 0;

  constructor(
    private readonly connection: ConnectionInfo,
    private readonly compiler: Compiler,
    private readonly cells: CellRunner,
  ) {
    this.wire = new Wire(connection);
    this.replies = new SendQueue(this.shell);
    this.broadcasts = new SendQueue(this.iopub);
    this.streams = new StreamBuffer((name, text) => {
      this.publish('stream', { name, text }, this.current);
    });
    this.controlThread = new Worker(path.join(__dirname, 'control-thread.js'), {
      workerData: { connection, listening, flag: cells.interruptFlag.shared },
      execArgv: [],
    });
  }

  /** Binds the sockets, and answers until a shutdown is asked for. */
  async listen(): Promise<void> {
    const { transport, ip, shell_port, iopub_port, stdin_port } = this.connection;
    const address = `${transport}://${ip}`;
    await this.iopub.bind(`${address}:${iopub_port}`);
    await this.stdin.bind(`${address}:${stdin_port}`);
    this.streams.capture();
    refuseInput();
    this.offerDisplay();
    process.on('SIGINT', () => {
      // The control thread's own signal goes with a request that is on its way, or was just answered.
      const isOwn = this.cells.interruptFlag.isRaised() || Date.now() - this.lastInterrupt < OWN_SIGNAL_MS;
      if (!isOwn) this.interrupt();
    });
    this.listenToControl();
    await this.shell.bind(`${address}:${shell_port}`);
    this.publish('status', { execution_state: 'starting' }, undefined);
    const reply = this.replyOn((frames) => {
      this.replies.send(frames);
    });
    for await (const frames of this.shell) {
      const message = this.decode(frames);
      if (message === undefined) continue;
      if (message.header.msg_type === 'execute_request') this.enqueue(message);
      else this.answer(message, reply(message));
    }
  }

  private decode(frames: readonly Buffer[]): Message | undefined {
    try {
      return this.wire.decode(frames);
    } catch (error) {
      reportToTerminal(`${String(error)}\n`);
      return undefined;
    }
  }

  private replyOn(send: (frames: (Buffer | string)[]) => void): (message: Message) => Reply {
    return (message) => (type, content) => {
      send(this.wire.encode(type, content, message, true));
    };
  }

  private publish(type: string, content: JsonObject, parent: Message | undefined): void {
    this.broadcasts.send(this.wire.encode(type, content, parent, false));
  }

  // Cells

  private enqueue(message: Message): void {
    this.waiting.push(message);
    if (!this.isRunning) void this.runWaiting();
  }

  private async runWaiting(): Promise<void> {
    this.isRunning = true;
    try {
      for (let message = this.waiting.shift(); message !== undefined; message = this.waiting.shift()) {
        await this.execute(message);
      }
    } finally {
      this.isRunning = false;
    }
  }

  private async execute(message: Message): Promise<void> {
    const { content } = message;
    const code = textOf(content.code);
    const silent = content.silent === true;
    const stored = !silent && content.store_history !== false;
    if (stored) this.executionCount++;
    const execution_count = this.executionCount;
    this.current = message;
    this.publish('status', { execution_state: 'busy' }, message);
    if (!silent) this.publish('execute_input', { code, execution_count }, message);

    // The type check keeps this thread: who waits is told first that the cell was accepted.
    await this.broadcasts.drained();
    const outcome = await this.cells.run(code, execution_count);
    this.streams.flush();

    const background = this.backgroundFailures();
    let output: string | null = null;
    if (outcome.status === 'ok') {
      const data = outcome.result;
      if (data !== undefined && !silent) {
        output = textOf(data['text/plain']);
        this.publish('execute_result', { data, metadata: {}, execution_count }, message);
      }
      const content = { status: 'ok', execution_count, user_expressions: {}, payload: [], ...background };
      this.replies.send(this.wire.encode('execute_reply', content, message, true));
    } else {
      const { error } = outcome;
      if (!silent) this.publish('error', { ...error }, message);
      if (content.stop_on_error !== false) await this.abortWaiting();
      const reply = {
        ...{ status: 'error', execution_count, ...error, user_expressions: {}, payload: [] },
        ...background,
      };
      this.replies.send(this.wire.encode('execute_reply', reply, message, true));
    }
    if (stored) this.history.add({ count: execution_count, code, output });
    this.publish('status', { execution_state: 'idle' }, message);
  }

  /**
   * An addition to the protocol, for headless runs: what earlier cells had started and left failing. It fails no
   * cell, least of all the one that trains at the moment, and yet a run in which it happened did not pass.
   */
  private backgroundFailures(): JsonObject {
    const failures = this.cells.takeBackgroundFailures();
    return failures.length === 0 ? {} : { background_failures: failures };
  }

  /** Answers what was sent together with a cell that failed: each request is told that it was not run. */
  private async abortWaiting(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ABORT_WINDOW_MS));
    for (const message of this.waiting.splice(0)) {
      this.publish('status', { execution_state: 'busy' }, message);
      this.replies.send(this.wire.encode('execute_reply', { status: 'aborted' }, message, true));
      this.publish('status', { execution_state: 'idle' }, message);
    }
  }

  private interrupt(): void {
    this.lastInterrupt = Date.now();
    this.controlThread.postMessage({ type: 'acknowledged' });
    if (this.cells.interruptFlag.wasTaken()) return;
    if (!requestInterrupt()) this.cells.interrupt();
  }

  // Everything else

  /** Answers a request that is not a cell, between busy and idle as the protocol wants it. */
  private answer(message: Message, reply: Reply): void {
    this.publish('status', { execution_state: 'busy' }, message);
    try {
      this.dispatch(message, reply);
    } catch (error) {
      reportToTerminal(`${message.header.msg_type} failed: ${inspect(error)}\n`);
      reply(message.header.msg_type.replace(/_request$/, '_reply'), {
        status: 'error',
        ename: 'KernelError',
        evalue: String(error),
        traceback: [],
      });
    }
    this.publish('status', { execution_state: 'idle' }, message);
    // Whoever watches the state, to show it or to end idle kernels, must not take a training cell for idle.
    if (this.isRunning) this.publish('status', { execution_state: 'busy' }, this.current);
  }

  private dispatch(message: Message, reply: Reply): void {
    const { content } = message;
    switch (message.header.msg_type) {
      case 'kernel_info_request':
        reply('kernel_info_reply', kernelInfo());
        break;
      case 'complete_request':
        reply('complete_reply', this.complete(textOf(content.code), Number(content.cursor_pos)));
        break;
      case 'inspect_request':
        reply('inspect_reply', this.inspect(textOf(content.code), Number(content.cursor_pos)));
        break;
      case 'is_complete_request':
        reply('is_complete_reply', { ...this.compiler.completeness(textOf(content.code)) });
        break;
      case 'history_request':
        reply('history_reply', { status: 'ok', history: this.history.find(content) });
        break;
      case 'comm_info_request':
        reply('comm_info_reply', { status: 'ok', comms: {} });
        break;
      case 'interrupt_request':
        this.interrupt();
        reply('interrupt_reply', { status: 'ok' });
        break;
      case 'shutdown_request':
        reply('shutdown_reply', { status: 'ok', restart: content.restart === true });
        void this.shutdown();
        break;
      default:
      // comm_open and its kin: this kernel has no comms, and says so in comm_info_reply.
    }
  }

  private complete(code: string, cursor: number): JsonObject {
    const { start, end, names } = this.compiler.complete(
      this.cells.declarations,
      code,
      toUtf16(code, cursor),
    );
    return {
      status: 'ok',
      matches: names,
      cursor_start: toCodePoints(code, start),
      cursor_end: toCodePoints(code, end),
      metadata: {},
    };
  }

  private inspect(code: string, cursor: number): JsonObject {
    const text = this.compiler.inspect(this.cells.declarations, code, toUtf16(code, cursor));
    const data = text === undefined ? {} : { 'text/plain': text };
    return { status: 'ok', found: text !== undefined, data, metadata: {} };
  }

  // The process

  private listenToControl(): void {
    const reply = this.replyOn((frames) => {
      this.controlThread.postMessage({ type: 'send', frames });
    });
    this.controlThread.on('message', ({ type, frames }: { type: string; frames?: Uint8Array[] }) => {
      if (type === 'received' && frames !== undefined) {
        const message = this.decode(frames.map((frame) => Buffer.from(frame)));
        if (message !== undefined) this.answer(message, reply(message));
      } else if (type === 'closed') {
        process.exit(0);
      }
    });
    this.controlThread.on('error', (error) => {
      reportToTerminal(`The kernel's control thread failed: ${inspect(error)}\n`);
      process.exit(1);
    });
  }

  private async shutdown(): Promise<void> {
    this.streams.flush();
    await Promise.all([this.replies.drained(), this.broadcasts.drained()]);
    this.shell.close();
    this.iopub.close();
    this.stdin.close();
    this.compiler.close();
    this.controlThread.postMessage({ type: 'close' });
  }

  /** Takes what `lib/show` and tslab's own `display` functions want to show. */
  private offerDisplay(): void {
    const send = (content: JsonObject, update: boolean): void => {
      this.streams.flush();
      this.publish(update ? 'update_display_data' : 'display_data', content, this.current);
    };
    setDisplayHost({
      show: (data, id, update = false) => {
        send({ data, metadata: {}, transient: id === undefined ? {} : { display_id: id } }, update);
      },
      clear: (wait = false) => {
        this.streams.flush();
        this.publish('clear_output', { wait }, this.current);
      },
    });
    // Loaded here, not above: tslab's modules may load only after the compiler has put its hooks in.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const tslabJupyter = require('tslab/dist/jupyter') as typeof import('tslab/dist/jupyter');
    Object.assign(tslabJupyter, {
      lastWriteDisplayData: (content: JsonObject, update?: boolean) => {
        send(content, update === true);
      },
    });
  }
}

function kernelInfo(): JsonObject {
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'tslab-cifar10',
    implementation_version: '1.0.0',
    banner: `TypeScript on Node ${process.versions.node}, by tslab`,
    help_links: [{ text: 'TypeScript handbook', url: 'https://www.typescriptlang.org/docs/handbook/' }],
    language_info: {
      name: 'typescript',
      version: '5.0.4',
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
      nbconvert_exporter: 'script',
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Jupyter counts a cursor in code points, TypeScript in UTF-16 units. */
function toUtf16(text: string, codePoints: number): number {
  return Array.from(text).slice(0, codePoints).join('').length;
}

function toCodePoints(text: string, units: number): number {
  return Array.from(text.slice(0, units)).length;
}
