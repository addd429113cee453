/** The requests to run a cell. They are handled one at a time, in order, and each gets a reply. */
import type { CellRunner, Outcome } from './cell';
import { History } from './history';
import type { Output } from './output';
import type { Reply, Sockets } from './sockets';
import type { JsonObject, Message } from './wire';

/** Requests that arrive this soon after an error belong to the same "run all", in ms. */
const ABORT_WINDOW_MS = 20;

/** Written below a cell that an interrupt does not stop: the first time, and the second. See stuck-watch.js. */
const STUCK_NOTICES = [
  '\nThe cell has not stopped yet. It is in code that cannot be interrupted: a program that it waits for, native ' +
    'code, or a loop inside a package. Interrupt once more to end the programs that the kernel has started; ' +
    'if that does not help, restart the kernel (press 0 twice in JupyterLab), which loses all variables.\n',
  '\nThe cell still has not stopped: only a restart of the kernel will end it (press 0 twice in JupyterLab).\n',
];

interface Waiting {
  readonly message: Message;
  readonly reply: Reply;
}

export class CellQueue {
  readonly history = new History();
  private readonly waiting: Waiting[] = [];
  private executionCount = 0;
  private isRunning = false;
  private latest: Message | undefined;

  constructor(
    private readonly sockets: Sockets,
    private readonly cells: CellRunner,
    private readonly output: Output,
  ) {}

  /** The request whose cell runs; undefined if none does. */
  running(): Message | undefined {
    return this.isRunning ? this.latest : undefined;
  }

  /** The request whose cell runs, or ran last. */
  lastStarted(): Message | undefined {
    return this.latest;
  }

  add(message: Message, reply: Reply): void {
    this.waiting.push({ message, reply });
    if (!this.isRunning) void this.runWaiting();
  }

  private async runWaiting(): Promise<void> {
    this.isRunning = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      await this.execute(next);
    }
    this.isRunning = false;
  }

  private async execute({ message, reply }: Waiting): Promise<void> {
    const { content } = message;
    const code = typeof content.code === 'string' ? content.code : '';
    const silent = content.silent === true;
    const stored = !silent && content.store_history !== false;
    if (stored) this.executionCount++;
    const execution_count = this.executionCount;
    this.latest = message;
    this.sockets.publish('status', { execution_state: 'busy' }, message);
    if (!silent) this.sockets.publish('execute_input', { code, execution_count }, message);
    this.sockets.leaveNotices(STUCK_NOTICES, message);

    const outcome = await this.cells.run(code, execution_count, message);
    this.output.finish();
    const ended = { execution_count, payload: [], ...this.backgroundFailures() };
    if (outcome.status === 'ok') {
      const data = outcome.result;
      if (data !== undefined && !silent) {
        this.sockets.publish('execute_result', { data, metadata: {}, execution_count }, message);
      }
      const user_expressions = await this.evaluate(content.user_expressions, execution_count, message);
      reply('execute_reply', { status: 'ok', user_expressions, ...ended });
    } else {
      const { error } = outcome;
      if (!silent) this.sockets.publish('error', { ...error }, message);
      if (content.stop_on_error !== false) await this.abortWaiting();
      reply('execute_reply', { status: 'error', ...error, user_expressions: {}, ...ended });
    }
    const text = outcome.status === 'ok' ? outcome.result?.['text/plain'] : undefined;
    if (stored) {
      this.history.add({ count: execution_count, code, output: typeof text === 'string' ? text : null });
    }
    this.sockets.publish('status', { execution_state: 'idle' }, message);
  }

  /** Evaluates what a client wants to know after its cell: expressions by name. */
  private async evaluate(expressions: unknown, count: number, request: Message): Promise<JsonObject> {
    const answers: JsonObject = {};
    if (typeof expressions !== 'object' || expressions === null) return answers;
    for (const [name, expression] of Object.entries(expressions)) {
      const outcome = await this.cells.evaluate(String(expression), count, request);
      answers[name] = answer(outcome);
    }
    return answers;
  }

  /**
   * An addition to the protocol for headless runs: failures of what earlier cells started. They fail no cell,
   * least of all one that is training, but a run in which they happened has not passed.
   */
  private backgroundFailures(): JsonObject {
    const failures = this.cells.takeBackgroundFailures();
    return failures.length === 0 ? {} : { background_failures: failures };
  }

  /** Tells each request that was sent together with a failed cell that it was not run. */
  private async abortWaiting(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ABORT_WINDOW_MS));
    for (const { message, reply } of this.waiting.splice(0)) {
      this.sockets.publish('status', { execution_state: 'busy' }, message);
      reply('execute_reply', { status: 'aborted' });
      this.sockets.publish('status', { execution_state: 'idle' }, message);
    }
  }
}

function answer(outcome: Outcome): JsonObject {
  if (outcome.status === 'error') return { status: 'error', ...outcome.error };
  return { status: 'ok', data: outcome.result ?? { 'text/plain': 'undefined' }, metadata: {} };
}
