/**
 * The hooks in the compiler that tslab loads. tslab gets a TypeScript whose watch host, emit and transpile go through
 * the functions below; tslab's own code stays unchanged.
 */
import remapping, { type DecodedSourceMap, type EncodedSourceMap } from '@ampproject/remapping';
import * as path from 'node:path';
import type * as TypeScript from 'typescript';
import { checkForInterrupt } from './interrupt-checks';
import type { Builder, ProjectFiles } from './project-files';
import { copyFile, expandShorthand, quotePropertyNames } from './transforms';

type Ts = typeof TypeScript;
type ConverterModule = typeof import('tslab/dist/converter');

const CELL_FILE = '__tslab__';
const DECLARATIONS_FILE = '__prev__.d.ts';
/** tslab puts `export {};` on a line of its own before the cell. */
const LINES_BEFORE_CELL = 1;
/** A cell as tslab compiles it: that line, the cell, and an export of all its variables. */
const CELL_WITH_EXPORTS = /^export \{\};(\r?\n[^]*)\nexport \{([^{}]*)\}$/;

export class TslabHooks {
  private builder: Builder | undefined;
  private checkedMap: EncodedSourceMap | undefined;
  private emittedMap: EncodedSourceMap | undefined;

  constructor(
    private readonly ts: Ts,
    private readonly files: ProjectFiles,
  ) {}

  /**
   * Loads tslab's converter with the hooks in place.
   * @param tsPath file of the TypeScript that tslab requires
   */
  loadConverter(tsPath: string): ConverterModule {
    const file = require.resolve('tslab/dist/converter');
    const cached = require.cache[tsPath];
    if (cached === undefined) throw new Error(`${tsPath} is not loaded.`);
    if (require.cache[file] !== undefined) {
      throw new Error("tslab's converter was loaded before the kernel could put its hooks in.");
    }
    const original: unknown = cached.exports;
    cached.exports = this.hookedCompiler();
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- it must load now, not with this module
      return require('tslab/dist/converter') as ConverterModule;
    } finally {
      cached.exports = original;
    }
  }

  /** The program of the last conversion, and the cell's file in it. */
  program(): { builder: Builder; cell: TypeScript.SourceFile } | undefined {
    const { builder } = this;
    const cell = builder?.getSourceFiles().find(({ fileName }) => isCellFile(fileName));
    return builder === undefined || cell === undefined ? undefined : { builder, cell };
  }

  /** One source map for both steps of the last conversion: TypeScript to ES module, and that to CommonJS. */
  cellMap(): DecodedSourceMap {
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

  /** The compiler that tslab gets. */
  private hookedCompiler(): Ts {
    const { ts } = this;
    const createWatchCompilerHost = (
      rootNames: string[],
      options: TypeScript.CompilerOptions,
      system: TypeScript.System,
      ...rest: unknown[]
    ): unknown => {
      const create = ts.createWatchCompilerHost as (...args: unknown[]) => WatchHost;
      const ours = { ...options, ...this.files.compilerOptions(), sourceMap: true };
      return this.observeBuilder(create(rootNames, ours, this.hookedSystem(system), ...rest));
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

  /** A system that checks watched files only when a cell runs, and in which a cell begins with its exports. */
  private hookedSystem(system: TypeScript.System): TypeScript.System {
    const watchFile = system.watchFile?.bind(system);
    system.watchFile = (file, callback, ...rest) => {
      const isVirtual = isCellFile(file) || path.basename(file) === DECLARATIONS_FILE;
      if (isVirtual && watchFile !== undefined) return watchFile(file, callback, ...rest);
      return this.files.watch(file, callback);
    };
    const readFile = system.readFile.bind(system);
    system.readFile = (file, encoding) => {
      const text = readFile(file, encoding);
      return text !== undefined && isCellFile(file) ? withExportsFirst(text) : text;
    };
    return system;
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

  /** `builder`, except that it emits only the cell, and with our transforms. */
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
            copyFile(this.ts),
          ],
        },
      );
    };
    return Object.assign(Object.create(builder) as Builder, { getAllDependencies, emit });
  }
}

/** The part of the watch host that is used here. */
interface WatchHost {
  afterProgramCreate?: (builder: Builder) => void;
}

function isCellFile(file: string): boolean {
  return path.basename(file).startsWith(CELL_FILE);
}

/**
 * Repair: long cells. TypeScript follows the control flow from each exported name back to its declaration. tslab
 * exports at the end of the cell, which makes that quadratic in the cell's length. At the beginning, there is no way
 * back to follow, and an export means the same there.
 */
function withExportsFirst(text: string): string {
  return text.replace(CELL_WITH_EXPORTS, (_, cell: string, names: string) => `export {${names}};${cell}`);
}

function withoutMapComment(javascript: string): string {
  return javascript.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, '\n');
}
