/**
 * Compiles cells to JavaScript with tslab's converter, and adds from outside what it lacks.
 *
 * tslab checks a cell with TypeScript's watch program, carries the declarations of earlier cells along as a
 * virtual `.d.ts`, and finds completions and tooltips the same way. All of that is used unchanged. The
 * repairs are hooks in the compiler that tslab loads:
 * - imports: a notebook may import any file of the project (`rootDir` is no longer the notebook's folder),
 *   and a module that is imported is loaded by Node, once, instead of being compiled into the cell;
 * - strictness: cells are checked with the project's own tsconfig.json (project-files.ts);
 * - edited files: the project's files are looked at before each cell, not when a timer fires;
 * - positions: each conversion keeps its source map, so that an error points at the cell's line (tslab-hooks.ts);
 * - long cells: the time to compile grows with the length, not with its square (tslab-hooks.ts);
 * - exports: a cell may say `export` (cell-text.ts);
 * - shorthand and interrupts: the transforms of transforms.ts.
 */
import type { DecodedSourceMap } from '@ampproject/remapping';
import type * as TypeScript from 'typescript';
import type { Converter } from 'tslab/dist/converter';
import { endsWithSemicolon, hasForAwait, isInvalid, withoutExports } from './cell-text';
import type { Problem } from './problem';
import { ProjectFiles } from './project-files';
import { TslabHooks } from './tslab-hooks';

type Ts = typeof TypeScript;

/** A cell that passed the check, ready to run. */
export interface CompiledCell {
  readonly javascript: string;
  /** From `javascript` to the cell's own text. */
  readonly sourceMap: DecodedSourceMap;
  /** The declarations for later cells. */
  readonly declarations: string;
  readonly usesAwait: boolean;
  /** The export that holds the value of a trailing expression. */
  readonly resultName: string | undefined;
}

export type Compilation =
  | { readonly kind: 'compiled'; readonly cell: CompiledCell }
  | { readonly kind: 'empty'; readonly declarations: string }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

export class Compiler {
  private readonly ts: Ts;
  private readonly files: ProjectFiles;
  private readonly hooks: TslabHooks;
  private readonly converter: Converter;
  private readonly isComplete: (code: string) => { completed: boolean; indent?: string };

  /**
   * @param root folder of the project: its tsconfig.json rules, its files may be imported
   * @param notebookFolder where relative imports of a cell start; becomes the working directory, which tslab uses
   */
  constructor(root: string, notebookFolder: string) {
    process.chdir(notebookFolder);
    const tsPath = require.resolve('@tslab/typescript-for-tslab');
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the very module that tslab will load
    this.ts = require(tsPath) as Ts;
    this.files = new ProjectFiles(this.ts, root);
    this.hooks = new TslabHooks(this.ts, this.files);
    const { createConverter, isCompleteCode } = this.hooks.loadConverter(tsPath);
    this.converter = createConverter({ isJS: false, isBrowser: false });
    this.isComplete = isCompleteCode;
  }

  /** @param declarations those of the last cell that ran */
  compile(declarations: string, code: string): Compilation {
    this.files.noticeEdits();
    const converted = this.converter.convert(declarations, withoutExports(this.ts, code));
    const inCell: Problem[] = converted.diagnostics.map((diagnostic) => ({
      file: diagnostic.fileName,
      line: diagnostic.start.line,
      character: diagnostic.start.character,
      length: diagnostic.end.offset - diagnostic.start.offset,
      code: diagnostic.code,
      message: diagnostic.messageText,
    }));
    const problems = [...this.problemsInImports(), ...inCell];
    if (problems.length > 0) return { kind: 'problems', problems };
    if (converted.output === undefined || converted.output === '') {
      return { kind: 'empty', declarations: converted.declOutput ?? '' };
    }
    return {
      kind: 'compiled',
      cell: {
        javascript: converted.output,
        sourceMap: this.hooks.cellMap(),
        declarations: converted.declOutput ?? '',
        usesAwait: converted.hasToplevelAwait === true || hasForAwait(this.ts, code),
        resultName: converted.lastExpressionVar,
      },
    };
  }

  /** Completions at `position` (in UTF-16 units) of `code`. */
  complete(
    declarations: string,
    code: string,
    position: number,
  ): { start: number; end: number; names: string[] } {
    const info = this.converter.complete(declarations, code, position);
    return { start: info.start, end: info.end, names: info.candidates };
  }

  /** Type and documentation of the name at `position`, as plain text. */
  inspect(declarations: string, code: string, position: number): string | undefined {
    const info = this.converter.inspect(declarations, code, position) as TypeScript.QuickInfo | undefined;
    if (info === undefined) return undefined;
    const parts = [info.displayParts, info.documentation].map((part) => this.ts.displayPartsToString(part));
    const tags = (info.tags ?? []).map((tag) => `@${tag.name} ${this.ts.displayPartsToString(tag.text)}`);
    return [...parts, ...tags].filter((part) => part !== '').join('\n\n');
  }

  /** Whether `code` is a complete cell, for consoles that ask before they send it. */
  completeness(code: string): { status: 'complete' | 'incomplete' | 'invalid'; indent?: string } {
    const { completed, indent } = this.isComplete(code);
    if (!completed) return { status: 'incomplete', indent: indent ?? '' };
    return { status: isInvalid(this.ts, code) ? 'invalid' : 'complete' };
  }

  /** True if the cell's last statement is an expression that ends with `;`: its value is not shown. */
  endsWithSemicolon(code: string): boolean {
    return endsWithSemicolon(this.ts, code);
  }

  close(): void {
    this.converter.close();
  }

  private problemsInImports(): Problem[] {
    const program = this.hooks.program();
    return program === undefined ? [] : this.files.problems(program.builder, program.cell);
  }
}
