/**
 * Jupyter's requests, and how each is answered.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html
 *
 * Stock tslab's server is not used: almost every answer of it needed a repair (sends that are lost, no `error`,
 * `execute_input`, `execute_result` or `history_reply`, no counts, cells dropped in silence after an error,
 * control requests that wait for the cell). Cells run one at a time (cell-queue.ts); completion and tooltips are
 * answered while one is waiting; the sockets have a thread of their own (socket-thread.js).
 */
import { inspect } from 'node:util';
import { requestInterrupt } from '../runtime/interrupt';
import type { CellRunner } from './cell';
import { CellQueue } from './cell-queue';
import type { Compiler } from './compiler';
import { leave } from './exit';
import { Output } from './output';
import { type Reply, Sockets } from './sockets';
import { reportToTerminal } from './terminal';
import { type ConnectionInfo, type JsonObject, type Message, PROTOCOL_VERSION } from './wire';

/** A signal this soon after an interrupt request belongs to that request, in ms. */
const OWN_SIGNAL_MS = 1000;

export class KernelServer {
  private readonly sockets: Sockets;
  private readonly output: Output;
  private readonly queue: CellQueue;
  private lastInterrupt = 0;

  constructor(
    connection: ConnectionInfo,
    private readonly compiler: Compiler,
    private readonly cells: CellRunner,
  ) {
    this.sockets = new Sockets(connection, cells.interruptFlag);
    this.output = new Output(this.sockets, () => cells.owner() ?? this.queue.lastStarted());
    this.queue = new CellQueue(this.sockets, cells, this.output);
  }

  /** Answers requests until a shutdown is asked for. */
  async listen(): Promise<void> {
    this.output.capture();
    process.on('SIGINT', () => {
      // The socket thread sends a signal too, for a request that is still to be handled or was just answered.
      const isOwn = this.cells.interruptFlag.isRaised() || Date.now() - this.lastInterrupt < OWN_SIGNAL_MS;
      if (!isOwn) this.interrupt();
    });
    await this.sockets.listen((message, reply) => {
      if (message.header.msg_type === 'execute_request') this.queue.add(message, reply);
      else this.answer(message, reply);
    });
    this.sockets.publish('status', { execution_state: 'starting' }, undefined);
  }

  /** Answers a request other than a cell, between "busy" and "idle" as the protocol requires. */
  private answer(message: Message, reply: Reply): void {
    this.sockets.publish('status', { execution_state: 'busy' }, message);
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
    this.sockets.publish('status', { execution_state: 'idle' }, message);
    // A client that shows the state, or ends idle kernels, must not consider a training cell idle.
    const running = this.queue.running();
    if (running !== undefined) this.sockets.publish('status', { execution_state: 'busy' }, running);
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
        reply('history_reply', { status: 'ok', history: this.queue.history.find(content) });
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

  private interrupt(): void {
    this.lastInterrupt = Date.now();
    this.sockets.acknowledgeInterrupt();
    if (this.cells.interruptFlag.wasTaken()) return;
    if (!requestInterrupt()) this.cells.interrupt();
  }

  private async shutdown(): Promise<void> {
    this.output.finish();
    this.compiler.close();
    await this.sockets.close();
    leave(0);
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
