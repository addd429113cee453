/**
 * Cells to JavaScript: tslab's converter, with what it lacks added from outside.
 *
 * tslab checks a cell with TypeScript's watch program, carries the declarations of earlier cells along as a
 * virtual `.d.ts`, and finds completions and tooltips the same way. All of that is used as it is. What is
 * added hangs on the compiler that tslab loads: it is handed one whose watch host, emit and transpile go
 * through the functions below.
 *
 * Repairs made here:
 * - imports: a notebook may import any file of the project (`rootDir` is no longer the notebook's folder),
 *   and a module that is imported is loaded by Node, once, instead of being compiled into the cell;
 * - strictness: cells are checked with the project's own tsconfig.json;
 * - positions: each conversion keeps its source map, so that an error points at the cell's line;
 * - edited files: the program looks at the project's files before each cell, not when a timer fires;
 * - shorthand and interrupts: the transforms of transforms.ts.
 */
import remapping, { type DecodedSourceMap, type EncodedSourceMap } from '@ampproject/remapping';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type * as TypeScript from 'typescript';
import type { Converter } from 'tslab/dist/converter';
import { checkForInterrupt, expandShorthand, quotePropertyNames } from './transforms';

type Ts = typeof TypeScript;
type Builder = TypeScript.EmitAndSemanticDiagnosticsBuilderProgram;

/** A problem that the type check found, positions counted from 0. */
export interface Problem {
  /** Path relative to the project, or undefined for the cell itself. */
  readonly file: string | undefined;
  readonly line: number;
  readonly character: number;
  readonly length: number;
  readonly code: number;
  readonly message: string;
}

/** A cell that passed the check, ready to run. */
export interface CompiledCell {
  readonly javascript: string;
  /** From `javascript` to the cell's own text. */
  readonly sourceMap: DecodedSourceMap;
  /** Declarations that later cells see. */
  readonly declarations: string;
  readonly usesAwait: boolean;
  /** The export that holds the value of a trailing expression. */
  readonly resultName: string | undefined;
}

export type Compilation =
  | { readonly kind: 'compiled'; readonly cell: CompiledCell }
  | { readonly kind: 'empty'; readonly declarations: string }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const CELL_FILE = '__tslab__';
const DECLARATIONS_FILE = '__prev__.d.ts';
/** tslab puts `export {};` on a line of its own before the cell. */
const LINES_BEFORE_CELL = 1;

export class Compiler {
  private readonly ts: Ts;
  private readonly converter: Converter;
  private readonly isComplete: (code: string) => { completed: boolean; indent?: string };
  private readonly watched = new Map<string, { modified: number; notify: () => void }>();
  private readonly checkedVersions = new Map<string, string>();
  private builder: Builder | undefined;
  private checkedMap: EncodedSourceMap | undefined;
  private emittedMap: EncodedSourceMap | undefined;

  /**
   * @param root folder of the project: its tsconfig.json rules, its files may be imported
   * @param notebookFolder what relative imports of a cell start from; tslab takes the working directory
   */
  constructor(
    private readonly root: string,
    notebookFolder: string,
  ) {
    process.chdir(notebookFolder);
    /* eslint-disable @typescript-eslint/no-require-imports -- the converter must load after the hooks are in */
    const tsPath = require.resolve('@tslab/typescript-for-tslab');
    this.ts = require(tsPath) as Ts;
    type ConverterModule = typeof import('tslab/dist/converter');
    const load = (): ConverterModule => require('tslab/dist/converter') as ConverterModule;
    /* eslint-enable */
    const converter = withModule(tsPath, this.hookedCompiler(), load);
    this.converter = converter.createConverter({ isJS: false, isBrowser: false });
    this.isComplete = converter.isCompleteCode;
  }

  /** @param declarations those of the last cell that ran */
  compile(declarations: string, code: string): Compilation {
    this.noticeEditedFiles();
    const converted = this.converter.convert(declarations, code);
    const inCell: Problem[] = converted.diagnostics.map((diagnostic) => ({
      file: diagnostic.fileName,
      line: diagnostic.start.line,
      character: diagnostic.start.character,
      length: diagnostic.end.offset - diagnostic.start.offset,
      code: diagnostic.code,
      message: diagnostic.messageText,
    }));
    const problems = [...this.problemsInProject(), ...inCell];
    if (problems.length > 0) return { kind: 'problems', problems };
    if (converted.output === undefined || converted.output === '') {
      return { kind: 'empty', declarations: converted.declOutput ?? '' };
    }
    return {
      kind: 'compiled',
      cell: {
        javascript: converted.output,
        sourceMap: this.cellMap(),
        declarations: converted.declOutput ?? '',
        usesAwait: converted.hasToplevelAwait === true || hasForAwait(this.ts, code),
        resultName: converted.lastExpressionVar,
      },
    };
  }

  /** What may stand at `position` (in UTF-16 units) of `code`. */
  complete(
    declarations: string,
    code: string,
    position: number,
  ): { start: number; end: number; names: string[] } {
    const info = this.converter.complete(declarations, code, position);
    return { start: info.start, end: info.end, names: info.candidates };
  }

  /** Type and documentation of what stands at `position`, as plain text. */
  inspect(declarations: string, code: string, position: number): string | undefined {
    const info = this.converter.inspect(declarations, code, position) as TypeScript.QuickInfo | undefined;
    if (info === undefined) return undefined;
    const parts = [info.displayParts, info.documentation].map((part) => this.ts.displayPartsToString(part));
    const tags = (info.tags ?? []).map((tag) => `@${tag.name} ${this.ts.displayPartsToString(tag.text)}`);
    return [...parts, ...tags].filter((part) => part !== '').join('\n\n');
  }

  /** Whether `code` is a whole cell, for consoles that ask before they send. */
  completeness(code: string): { status: 'complete' | 'incomplete' | 'invalid'; indent?: string } {
    const { completed, indent } = this.isComplete(code);
    if (!completed) return { status: 'incomplete', indent: indent ?? '' };
    const source = this.ts.createSourceFile(
      'cell.ts',
      code,
      this.ts.ScriptTarget.Latest,
    ) as TypeScript.SourceFile & {
      parseDiagnostics?: readonly TypeScript.Diagnostic[];
    };
    return { status: (source.parseDiagnostics ?? []).length > 0 ? 'invalid' : 'complete' };
  }

  /** True if the cell's last statement is an expression that was closed with `;`: its value is not shown. */
  endsWithSemicolon(code: string): boolean {
    const last = this.ts
      .createSourceFile('cell.ts', code, this.ts.ScriptTarget.Latest, true)
      .statements.at(-1);
    return last?.getText().endsWith(';') === true;
  }

  close(): void {
    this.converter.close();
  }

  /** The compiler that tslab gets to see. */
  private hookedCompiler(): Ts {
    const ts = this.ts;
    const createWatchCompilerHost = (
      rootNames: string[],
      options: TypeScript.CompilerOptions,
      system: TypeScript.System,
      ...rest: unknown[]
    ): unknown => {
      const create = ts.createWatchCompilerHost as (...args: unknown[]) => WatchHost;
      const host = create(
        rootNames,
        { ...options, ...this.projectOptions() },
        this.watchedSystem(system),
        ...rest,
      );
      return this.observeBuilder(host);
    };
    const transpileModule: Ts['transpileModule'] = (input, options) => {
      const output = ts.transpileModule(input, {
        ...options,
        compilerOptions: { ...options.compilerOptions, sourceMap: true },
      });
      this.emittedMap = JSON.parse(output.sourceMapText ?? '{}') as EncodedSourceMap;
      return { ...output, outputText: withoutMapComment(output.outputText) };
    };
    return { ...ts, createWatchCompilerHost, transpileModule } as Ts;
  }

  private projectOptions(): TypeScript.CompilerOptions {
    const ts = this.ts;
    const file = path.join(this.root, 'tsconfig.json');
    const read = ts.readConfigFile(file, (name) => ts.sys.readFile(name));
    if (read.error) {
      throw new Error(
        `${file} can't be read: ${ts.flattenDiagnosticMessageText(read.error.messageText, '\n')}`,
      );
    }
    const { options } = ts.parseJsonConfigFileContent(
      { ...(read.config as object), files: [], include: [] },
      ts.sys,
      this.root,
    );
    const { strict, noImplicitOverride, noFallthroughCasesInSwitch, lib, types } = options;
    return {
      ...{ strict, noImplicitOverride, noFallthroughCasesInSwitch, lib, types },
      rootDir: path.parse(this.root).root,
      sourceMap: true,
    };
  }

  /** A system whose watched files are looked at when a cell runs, and at no other time. */
  private watchedSystem(system: TypeScript.System): TypeScript.System {
    const watchFile = system.watchFile?.bind(system);
    const isProjectFile = (file: string): boolean =>
      file.startsWith(`${this.root}${path.sep}`) && !file.includes(`${path.sep}node_modules${path.sep}`);
    system.watchFile = (file, callback, ...rest) => {
      const name = path.basename(file);
      const isVirtual = name.startsWith(CELL_FILE) || name === DECLARATIONS_FILE;
      if (isVirtual && watchFile !== undefined) return watchFile(file, callback, ...rest);
      if (isProjectFile(file)) {
        const notify = (): void => {
          callback(file, this.ts.FileWatcherEventKind.Changed);
        };
        this.watched.set(file, { modified: modifiedTime(file), notify });
      }
      return { close: () => this.watched.delete(file) };
    };
    return system;
  }

  private noticeEditedFiles(): void {
    for (const [file, entry] of [...this.watched]) {
      const modified = modifiedTime(file);
      if (modified === entry.modified) continue;
      entry.modified = modified;
      entry.notify();
    }
  }

  private observeBuilder(host: WatchHost): WatchHost {
    let listener: ((builder: Builder) => void) | undefined;
    Object.defineProperty(host, 'afterProgramCreate', {
      get: () => (builder: Builder) => {
        this.builder = builder;
        listener?.(this.cellBuilder(builder));
      },
      set: (value: (builder: Builder) => void) => {
        listener = value;
      },
    });
    return host;
  }

  /** `builder`, but with the cell as the only file that is emitted, and with our transforms. */
  private cellBuilder(builder: Builder): Builder {
    const getAllDependencies = (file: TypeScript.SourceFile): readonly string[] => [file.fileName];
    const emit: Builder['emit'] = (file, write, token, declarationsOnly, transformers) => {
      const folder = path.dirname(file?.fileName ?? '');
      const earlier = builder.getSourceFile(path.join(folder, DECLARATIONS_FILE));
      const checker = builder.getProgram().getTypeChecker();
      return builder.emit(
        file,
        (name, text, ...rest) => {
          const base = path.basename(name);
          if (base === `${CELL_FILE}.js.map`) this.checkedMap = JSON.parse(text) as EncodedSourceMap;
          // tslab looks for its outputs directly in "outDir", where they are when rootDir is the notebook's folder.
          else write?.(`outDir/${base}`, base.endsWith('.js') ? withoutMapComment(text) : text, ...rest);
        },
        token,
        declarationsOnly,
        {
          ...transformers,
          before: [
            ...(transformers?.before ?? []),
            expandShorthand(this.ts, checker, earlier),
            quotePropertyNames(this.ts, checker, earlier),
            checkForInterrupt(this.ts),
          ],
        },
      );
    };
    return Object.assign(Object.create(builder) as Builder, { getAllDependencies, emit });
  }

  /** Type errors in the project's own modules that the cells have imported and that were not yet checked. */
  private problemsInProject(): Problem[] {
    const { builder, ts } = this;
    if (builder === undefined) return [];
    const problems: Problem[] = [];
    for (const file of builder.getSourceFiles()) {
      const { version } = file as TypeScript.SourceFile & { version?: string };
      if (!this.watched.has(file.fileName) || version === undefined) continue;
      if (this.checkedVersions.get(file.fileName) === version) continue;
      const found = [...builder.getSyntacticDiagnostics(file), ...builder.getSemanticDiagnostics(file)];
      if (found.length === 0) this.checkedVersions.set(file.fileName, version);
      for (const { start = 0, length = 0, code, messageText } of found) {
        const { line, character } = file.getLineAndCharacterOfPosition(start);
        const message = ts.flattenDiagnosticMessageText(messageText, '\n');
        problems.push({
          file: path.relative(this.root, file.fileName),
          line,
          character,
          length,
          code,
          message,
        });
      }
    }
    return problems;
  }

  /** The two steps of a conversion, TypeScript to ES module to CommonJS, as one map. */
  private cellMap(): DecodedSourceMap {
    const { emittedMap, checkedMap } = this;
    if (emittedMap === undefined || checkedMap === undefined) {
      throw new Error(
        'tslab converted a cell without a source map: this kernel is written for tslab 1.0.22.',
      );
    }
    const map = remapping([emittedMap, checkedMap], () => null, {
      decodedMappings: true,
    }) as DecodedSourceMap;
    for (const line of map.mappings) {
      for (const segment of line) {
        if (segment.length > 1) segment[2] = Math.max(0, segment[2]! - LINES_BEFORE_CELL);
      }
    }
    return map;
  }
}

/** Repair: whether the cell itself, not a function in it, loops with `for await`, which tslab takes for no await. */
function hasForAwait(ts: Ts, code: string): boolean {
  const isOne = (node: TypeScript.Node): boolean => {
    if (ts.isFunctionLike(node)) return false;
    if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return true;
    return ts.forEachChild(node, (child) => isOne(child) || undefined) === true;
  };
  return isOne(ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest));
}

/** The watch host as far as it is touched here. */
interface WatchHost {
  afterProgramCreate?: (builder: Builder) => void;
}

/** Loads something while `require(file)` answers with `replacement`. */
function withModule<T>(file: string, replacement: unknown, load: () => T): T {
  const cached = require.cache[file];
  if (cached === undefined) throw new Error(`${file} is not loaded.`);
  if (require.cache[require.resolve('tslab/dist/converter')] !== undefined) {
    throw new Error("tslab's converter was loaded before the kernel could put its hooks in.");
  }
  const original: unknown = cached.exports;
  cached.exports = replacement;
  try {
    return load();
  } finally {
    cached.exports = original;
  }
}

function withoutMapComment(javascript: string): string {
  return javascript.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, '\n');
}

function modifiedTime(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
