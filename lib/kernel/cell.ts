/** Runs compiled cells in this process, one after the other, with the variables that they share. */
import { install as installSourceMaps, type UrlAndMap } from '@cspotcode/source-map-support';
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { inspect } from 'node:util';
import * as vm from 'node:vm';
import { DISPLAY_SYMBOL, type MimeBundle } from '../runtime/display';
import type { Compilation, CompiledCell, Compiler } from './compiler';
import { InterruptFlag } from './interrupt-flag';
import { ModuleReloader } from './reload';
import { cellFileName, type ErrorReport, InterruptedError, reportProblems, reportThrown } from './traceback';
import { AFTER_AWAIT, EACH_ROUND } from './transforms';

/** How a cell ended. `result` shows what its last expression gave; it is absent if there is nothing to show. */
export type Outcome =
  | { readonly status: 'ok'; readonly result?: MimeBundle }
  | { readonly status: 'error'; readonly error: ErrorReport };

type Exports = Record<string, unknown>;
type Require = ReturnType<typeof createRequire>;
/** Global that holds what each cell is called with; a script can reach nothing else of ours. */
const ARGUMENTS = '__cell__';

/** Something that a cell had started and that failed after the cell's end, where no code could catch it. */
export interface BackgroundFailure {
  /** Execution count of the cell; undefined if it can't be told which it was. */
  readonly cell: number | undefined;
  readonly error: ErrorReport;
}

/** One run of one cell: what its asynchronous parts, however far they reach, have in common. */
interface Execution {
  readonly count: number;
  interrupted: boolean;
  /** Ends the cell now, whatever its code is waiting for. */
  fail(reason: unknown): void;
}

export class CellRunner {
  /** Variables of all cells so far; compiled cells read and write them as properties. */
  readonly variables: Exports = {};
  /** What the type check knows of them. */
  declarations = '';

  /** Raised by the control thread when this one is stuck. */
  readonly interruptFlag = new InterruptFlag();

  private readonly exports = writableExports(this.variables);
  private readonly require: Require;
  private readonly reloader: ModuleReloader;
  private readonly context = new AsyncLocalStorage<Execution>();
  private readonly sources = new Map<string, string>();
  private readonly maps = new Map<string, UrlAndMap>();
  private running: Execution | undefined;
  private backgroundFailures: BackgroundFailure[] = [];
  /** An interrupt that came after a cell was accepted and before its code ran. */
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
  }

  /**
   * Compiles and runs a cell.
   * @param executionCount its number, for error messages
   */
  async run(code: string, executionCount: number): Promise<Outcome> {
    const name = cellFileName(executionCount);
    this.interruptedEarly = false;
    this.reloader.forgetChanged();
    let compilation: Compilation;
    try {
      compilation = this.compiler.compile(this.declarations, code);
    } catch (thrown) {
      return { status: 'error', error: reportThrown(thrown, this.sources) };
    }
    if (compilation.kind === 'problems') {
      return { status: 'error', error: reportProblems(compilation.problems, name, code) };
    }
    if (compilation.kind === 'empty') {
      this.declarations = compilation.declarations;
      return { status: 'ok' };
    }
    const { cell } = compilation;
    this.sources.set(name, code);
    // What was published so far, that the cell runs among it, leaves the process only when its event loop turns.
    await new Promise((resolve) => setImmediate(resolve));
    this.maps.set(name, {
      url: name,
      map: { ...cell.sourceMap, sources: [name] } as unknown as UrlAndMap['map'],
    });
    try {
      this.stopIfInterruptedEarly();
      await this.execute(cell, executionCount);
      return this.outcome(cell, code);
    } catch (thrown) {
      return { status: 'error', error: reportThrown(thrown, this.sources) };
    } finally {
      // Also after an error: what the cell had assigned until then can be looked at, as in any notebook.
      this.declarations = cell.declarations;
      this.reloader.remember();
    }
  }

  /** What failed after its cell's end since this was last asked. */
  takeBackgroundFailures(): readonly BackgroundFailure[] {
    const failures = this.backgroundFailures;
    this.backgroundFailures = [];
    return failures;
  }

  /** Stops the running cell by force: it fails now, and its awaiting code throws when it comes back. */
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

  private execute(cell: CompiledCell, count: number): Promise<void> {
    const name = cellFileName(count);
    const head = `(${cell.usesAwait ? 'async ' : ''}function (exports, require, ${AFTER_AWAIT}, ${EACH_ROUND}) { `;
    const script = new vm.Script(`${head}${cell.javascript}\n})(...${ARGUMENTS})`, {
      filename: name,
      columnOffset: -head.length,
    });
    return new Promise<void>((resolve, reject) => {
      const execution: Execution = { count, interrupted: false, fail: reject };
      this.running = execution;
      this.context.run(execution, () => {
        // One turn more, so that a promise which was rejected and never awaited is heard of while the cell is there.
        this.runInterruptibly(script).then(() => setImmediate(resolve), reject);
      });
    }).finally(() => {
      this.running = undefined;
    });
  }

  /** Runs a cell's code so that SIGINT ends its synchronous part, whatever that is in. */
  private async runInterruptibly(script: vm.Script): Promise<void> {
    try {
      await script.runInThisContext({ breakOnSigint: true });
    } catch (thrown) {
      if ((thrown as { code?: unknown } | undefined)?.code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED')
        throw thrown;
      this.interruptFlag.take();
      throw new InterruptedError();
    }
  }

  private readonly eachRound = (): void => {
    if (!this.interruptFlag.take()) return;
    const execution = this.context.getStore() ?? this.running;
    if (execution !== undefined) execution.interrupted = true;
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
    // The loop that an interrupt left behind ends with the very error that the cell has reported.
    if (reason instanceof InterruptedError) return;
    if (execution !== undefined && execution === this.running) {
      execution.fail(reason);
      return;
    }
    const error = reportThrown(reason, this.sources);
    this.backgroundFailures.push({ cell: execution?.count, error });
    process.stderr.write(
      `After its cell had ended, something failed that no code awaited or caught:\n${error.traceback.join('\n')}\n`,
    );
  }
}

/** What a value looks like: its own idea of it, or what Node would print. */
function bundleOf(value: unknown): MimeBundle {
  if (typeof value === 'object' && value !== null && DISPLAY_SYMBOL in value) {
    const display = value[DISPLAY_SYMBOL];
    if (typeof display === 'function') return (display as () => MimeBundle).call(value);
  }
  return { 'text/plain': inspect(value) };
}

/**
 * `exports` as tslab's output expects it: TypeScript defines imported names as getters, but a later cell must
 * be able to assign a variable of the same name.
 */
function writableExports(variables: Exports): Exports {
  return new Proxy(variables, {
    defineProperty(target, name, attributes) {
      if (name === '__esModule' || typeof name === 'symbol') return true;
      target[name] =
        attributes.get === undefined
          ? (attributes.value as unknown)
          : (attributes.get.call(target) as unknown);
      return true;
    },
  });
}
