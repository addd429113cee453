/** Runs compiled cells in this process, one after the other, with the variables that they share. */
import { install as installSourceMaps, type UrlAndMap } from '@cspotcode/source-map-support';
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';
import type { MimeBundle } from '../runtime/display';
import { bundleOf, type Exports, writableExports } from './cell-values';
import type { CompiledCell, Compiler } from './compiler';
import { type ExitError, refuseExit } from './exit';
import { AFTER_AWAIT, EACH_ROUND } from './interrupt-checks';
import { InterruptFlag } from './interrupt-flag';
import { ModuleReloader } from './reload';
import { isA, property } from './thrown';
import { cellFileName, type ErrorReport, InterruptedError, reportProblems, reportThrown } from './traceback';
import type { Message } from './wire';

/** How a cell ended. `result` shows the value of its last expression; it is absent if there is nothing to show. */
export type Outcome =
  | { readonly status: 'ok'; readonly result?: MimeBundle }
  | { readonly status: 'error'; readonly error: ErrorReport };

type Require = ReturnType<typeof createRequire>;
/** Name of the global that holds the arguments of a cell: a script sees nothing but globals. */
const ARGUMENTS = '__cell__';

/** Something that a cell started and that failed after the cell had ended, where no code could catch it. */
export interface BackgroundFailure {
  /** Execution count of the cell; undefined if it is not known. */
  readonly cell: number | undefined;
  readonly error: ErrorReport;
}

/** One run of one cell. All its asynchronous parts share it. */
interface Execution {
  readonly count: number;
  /** The request that asked for it; its output belongs to that. */
  readonly request: Message;
  interrupted: boolean;
  /** Ends the cell now, even if its code is still waiting for something. */
  fail(reason: unknown): void;
}

export class CellRunner {
  /** Variables of all cells so far; compiled cells read and write them as properties. */
  readonly variables: Exports = {};
  /** Their types, for the type check of later cells. */
  declarations = '';

  /** Raised by the socket thread when this thread is stuck. */
  readonly interruptFlag = new InterruptFlag();

  private readonly exports = writableExports(this.variables);
  private readonly require: Require;
  private readonly reloader: ModuleReloader;
  private readonly context = new AsyncLocalStorage<Execution>();
  private readonly sources = new Map<string, string>();
  private readonly maps = new Map<string, UrlAndMap>();
  private running: Execution | undefined;
  private backgroundFailures: BackgroundFailure[] = [];
  /** Whether an interrupt came before the code of the accepted cell had begun. */
  private interruptedEarly = false;

  constructor(
    private readonly compiler: Compiler,
    root: string,
    notebookFolder: string,
  ) {
    this.require = createRequire(path.join(notebookFolder, 'cell.ts'));
    this.reloader = new ModuleReloader(root);
    Object.defineProperty(globalThis, ARGUMENTS, {
      value: [this.exports, this.require, this.afterAwait, this.eachRound],
    });
    installSourceMaps({
      handleUncaughtExceptions: false,
      environment: 'node',
      retrieveSourceMap: (source) => this.maps.get(source) ?? null,
    });
    // A promise that nobody awaits, or a timer's callback, fails the cell that started it.
    process.on('unhandledRejection', (reason) => {
      this.failFromOutside(reason);
    });
    process.on('uncaughtException', (error) => {
      this.failFromOutside(error);
    });
    refuseExit((error) => {
      this.failForExit(error);
    });
  }

  /**
   * Compiles and runs a cell.
   * @param executionCount its number, for error messages
   * @param request the request to run it
   */
  async run(code: string, executionCount: number, request: Message): Promise<Outcome> {
    this.interruptedEarly = false;
    return this.attempt(code, cellFileName(executionCount), executionCount, request);
  }

  /** Evaluates an expression with the variables of all cells so far. Declares nothing. */
  async evaluate(expression: string, executionCount: number, request: Message): Promise<Outcome> {
    const { declarations } = this;
    const outcome = await this.attempt(expression, 'expression', executionCount, request);
    this.declarations = declarations;
    return outcome;
  }

  /** The request whose cell the running code belongs to, possibly an earlier one; undefined if it is not known. */
  owner(): Message | undefined {
    return this.context.getStore()?.request;
  }

  /** Never throws: without an outcome, neither this cell nor any later one would get a reply. */
  private async attempt(code: string, name: string, count: number, request: Message): Promise<Outcome> {
    try {
      this.reloader.forgetChanged();
      try {
        return await this.compileAndExecute(code, name, count, request);
      } finally {
        this.reloader.remember();
      }
    } catch (thrown) {
      // When an interrupt ends a program, the call that waited for it fails.
      const reason = this.interruptFlag.take() ? new InterruptedError() : thrown;
      return { status: 'error', error: reportThrown(reason, this.sources) };
    }
  }

  private async compileAndExecute(
    code: string,
    name: string,
    count: number,
    request: Message,
  ): Promise<Outcome> {
    const compilation = this.compiler.compile(this.declarations, code);
    if (compilation.kind === 'problems') {
      return { status: 'error', error: reportProblems(compilation.problems, name, code) };
    }
    if (compilation.kind === 'empty') {
      this.declarations = compilation.declarations;
      return { status: 'ok' };
    }
    const { cell } = compilation;
    this.sources.set(name, code);
    // An interrupt that came during the type check is handled now.
    await new Promise((resolve) => setImmediate(resolve));
    this.maps.set(name, {
      url: name,
      map: { ...cell.sourceMap, sources: [name] } as unknown as UrlAndMap['map'],
    });
    try {
      this.stopIfInterruptedEarly();
      await this.execute(cell, name, { count, request });
      return this.outcome(cell, code);
    } finally {
      // After an error too: later cells can use what the cell had assigned by then, as in any notebook.
      this.declarations = cell.declarations;
    }
  }

  /** What has failed after the end of its cell since the last call. */
  takeBackgroundFailures(): readonly BackgroundFailure[] {
    const failures = this.backgroundFailures;
    this.backgroundFailures = [];
    return failures;
  }

  /** Stops the running cell by force: it fails now, and its code throws when its current `await` returns. */
  interrupt(): void {
    const execution = this.running;
    if (execution === undefined) {
      this.interruptedEarly = true;
      return;
    }
    execution.interrupted = true;
    execution.fail(new InterruptedError());
  }

  private stopIfInterruptedEarly(): void {
    if (this.interruptedEarly || this.interruptFlag.take()) throw new InterruptedError();
  }

  private execute(
    cell: CompiledCell,
    name: string,
    whose: Pick<Execution, 'count' | 'request'>,
  ): Promise<void> {
    const head = `(${cell.usesAwait ? 'async ' : ''}function (exports, require, ${AFTER_AWAIT}, ${EACH_ROUND}) { `;
    const script = new vm.Script(`${head}${cell.javascript}\n})(...${ARGUMENTS})`, {
      filename: name,
      columnOffset: -head.length,
    });
    return new Promise<void>((resolve, reject) => {
      const execution: Execution = { ...whose, interrupted: false, fail: reject };
      this.running = execution;
      this.context.run(execution, () => {
        // One more turn of the event loop, so that a rejection that nobody awaits still fails its cell.
        this.runInterruptibly(script).then(() => setImmediate(resolve), reject);
      });
    }).finally(() => {
      this.running = undefined;
    });
  }

  /** Runs a cell's code so that SIGINT ends its synchronous part, even inside a package. */
  private async runInterruptibly(script: vm.Script): Promise<void> {
    try {
      await script.runInThisContext({ breakOnSigint: true });
    } catch (thrown) {
      if (property(thrown, 'code') !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw thrown;
      this.interruptFlag.take();
      throw new InterruptedError();
    }
  }

  private readonly eachRound = (): void => {
    if (!this.interruptFlag.take()) return;
    // This may be a callback, or code that an earlier cell left running: the running cell may never see the error.
    const execution = this.context.getStore();
    if (execution !== undefined) execution.interrupted = true;
    this.interrupt();
    throw new InterruptedError();
  };

  private readonly afterAwait = (value?: unknown): unknown => {
    this.eachRound();
    if (this.context.getStore()?.interrupted === true) throw new InterruptedError();
    return value;
  };

  private outcome(cell: CompiledCell, code: string): Outcome {
    const { resultName } = cell;
    if (resultName === undefined) return { status: 'ok' };
    const value = this.variables[resultName];
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the name is tslab's, made for this cell
    delete this.variables[resultName];
    if (value === undefined || this.compiler.endsWithSemicolon(code)) return { status: 'ok' };
    return { status: 'ok', result: bundleOf(value) };
  }

  private failFromOutside(reason: unknown): void {
    const execution = this.context.getStore() ?? this.running;
    // A loop that was interrupted ends with the same error that its cell has already reported.
    if (isA(reason, InterruptedError)) return;
    if (execution !== undefined && execution === this.running) {
      execution.fail(reason);
      return;
    }
    const error = reportThrown(reason, this.sources);
    this.backgroundFailures.push({ cell: execution?.count, error });
    // Shown below the running cell, since nobody looks at one that has ended.
    this.context.exit(() => {
      process.stderr.write(
        `After its cell had ended, something failed that no code awaited or caught:\n${error.traceback.join('\n')}\n`,
      );
    });
  }

  private failForExit(error: ExitError): void {
    const execution = this.context.getStore();
    if (execution === undefined || execution !== this.running) return;
    execution.interrupted = true;
    execution.fail(error);
  }
}
