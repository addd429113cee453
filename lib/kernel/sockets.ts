/** Receives and sends Jupyter's messages on the main thread. The sockets themselves are in socket-thread.js. */
import * as path from 'node:path';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { listening } from '../runtime/interrupt';
import { leave } from './exit';
import type { InterruptFlag } from './interrupt-flag';
import type { Frames, FromSocketThread, SocketName, ToSocketThread } from './socket-thread';
import { reportToTerminal } from './terminal';
import { type ConnectionInfo, type JsonObject, type Message, Wire } from './wire';

/** Sends a reply to one particular request. */
export type Reply = (type: string, content: JsonObject) => void;

export class Sockets {
  private readonly wire: Wire;
  private readonly thread: Worker;

  /** @throws Error if the connection file asks for a signature other than HMAC-SHA256 */
  constructor(connection: ConnectionInfo, flag: InterruptFlag) {
    this.wire = new Wire(connection);
    this.thread = new Worker(path.join(__dirname, 'socket-thread.js'), {
      workerData: { connection, listening, flag: flag.shared },
      execArgv: [],
    });
    this.thread.on('error', (error) => {
      reportToTerminal(`The kernel's sockets failed: ${inspect(error)}\n`);
      leave(1);
    });
  }

  /**
   * Opens the sockets, and resolves when they are open.
   * @param receive called with each request, in order, and with a function that replies to it
   */
  listen(receive: (message: Message, reply: Reply) => void): Promise<void> {
    return new Promise((resolve) => {
      this.thread.on('message', (told: FromSocketThread) => {
        if (told.type === 'ready') resolve();
        else if (told.type === 'received') {
          const message = this.decode(told.frames.map((frame) => Buffer.from(frame)));
          if (message !== undefined) {
            receive(message, (type, content) => {
              this.reply(told.socket, message, type, content);
            });
          }
        }
      });
    });
  }

  /** Publishes a message to all clients, as a result of the request `parent`. */
  publish(type: string, content: JsonObject, parent: Message | undefined): void {
    this.send('iopub', this.wire.encode(type, content, parent, false));
  }

  /** Tells the socket thread that this thread has received the interrupt, and so is not stuck. */
  acknowledgeInterrupt(): void {
    this.tell({ type: 'acknowledged' });
  }

  /**
   * Hands over, before a cell runs, what to write below it if it can't be stopped.
   * @param texts for the first interrupt, and for the second
   * @param parent the request to run the cell
   */
  leaveNotices(texts: readonly string[], parent: Message): void {
    const notices = texts.map((text) => this.wire.encode('stream', { name: 'stderr', text }, parent, false));
    this.tell({ type: 'notices', notices });
  }

  /** Sends everything that is queued, then closes all sockets. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.thread.on('message', ({ type }: FromSocketThread) => {
        if (type === 'closed') resolve();
      });
      this.tell({ type: 'close' });
    });
  }

  private reply(socket: SocketName, to: Message, type: string, content: JsonObject): void {
    this.send(socket, this.wire.encode(type, content, to, true));
  }

  private send(socket: SocketName, frames: Frames): void {
    this.tell({ type: 'send', socket, frames });
  }

  private tell(message: ToSocketThread): void {
    this.thread.postMessage(message);
  }

  private decode(frames: readonly Buffer[]): Message | undefined {
    try {
      return this.wire.decode(frames);
    } catch (error) {
      reportToTerminal(`${String(error)}\n`);
      return undefined;
    }
  }
}
