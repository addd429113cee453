/**
 * Repair: output lost. ZeroMQ's send is asynchronous, and a second send that starts before the first has
 * ended is refused; stock tslab awaits none of them, so that a burst of output loses most of its messages.
 * Here each socket has a queue, and no high-water mark above which a publisher drops.
 */

/** What the queue needs of a ZeroMQ socket. */
export interface Sender {
  sendHighWaterMark: number;
  send(frames: (Buffer | string)[]): Promise<void>;
}

export class SendQueue {
  private tail: Promise<void> = Promise.resolve();

  /** To be made before the socket is bound: a high-water mark holds for later connections only. */
  constructor(private readonly socket: Sender) {
    socket.sendHighWaterMark = 0;
  }

  /** Sends `frames` after all that was queued before. */
  send(frames: (Buffer | string)[]): void {
    this.tail = this.tail
      .then(() => this.socket.send(frames))
      .catch((error: unknown) => {
        // Nobody is left to tell on this socket; the server's own terminal is the place that remains.
        reportToTerminal(`A message could not be sent: ${String(error)}\n`);
      });
  }

  /** Settles when all that was queued so far has been handed to ZeroMQ. */
  drained(): Promise<void> {
    return this.tail;
  }
}

const terminal = process.stderr.write.bind(process.stderr);

/** Writes to the process's own stderr, also after cells have been given another one. */
export function reportToTerminal(text: string): void {
  terminal(text);
}
