/**
 * The project's own files as cells see them. They are checked with the project's rules, looked at again before each
 * cell, and their type errors are reported to the cells that import them.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type * as TypeScript from 'typescript';
import { CleanChecks, digestOfCheck } from './clean-checks';
import type { Problem } from './problem';

type Ts = typeof TypeScript;
/** A program of TypeScript that knows which files import which. */
export type Builder = TypeScript.EmitAndSemanticDiagnosticsBuilderProgram;

export class ProjectFiles {
  private readonly watched = new Map<string, { modified: number; notify: () => void }>();
  private readonly checkedVersions = new Map<string, string>();
  private readonly clean: CleanChecks;

  /** @param root folder of the project */
  constructor(
    private readonly ts: Ts,
    private readonly root: string,
  ) {
    this.clean = new CleanChecks(root);
  }

  /**
   * The rules of the project's tsconfig.json that apply to cells too.
   * @throws Error if the file can't be read
   */
  compilerOptions(): TypeScript.CompilerOptions {
    const { ts, root } = this;
    const file = path.join(root, 'tsconfig.json');
    const read = ts.readConfigFile(file, (name) => ts.sys.readFile(name));
    if (read.error) {
      throw new Error(
        `${file} can't be read: ${ts.flattenDiagnosticMessageText(read.error.messageText, '\n')}`,
      );
    }
    const { options } = ts.parseJsonConfigFileContent(
      { ...(read.config as object), files: [], include: [] },
      ts.sys,
      root,
    );
    const { strict, noImplicitOverride, noFallthroughCasesInSwitch, lib, types } = options;
    return {
      ...{ strict, noImplicitOverride, noFallthroughCasesInSwitch, lib, types },
      rootDir: path.parse(root).root,
    };
  }

  /** Watches `file` if it belongs to the project. Other files are not expected to change while a kernel runs. */
  watch(file: string, callback: TypeScript.FileWatcherCallback): TypeScript.FileWatcher {
    const isOfProject =
      file.startsWith(`${this.root}${path.sep}`) && !file.includes(`${path.sep}node_modules${path.sep}`);
    if (isOfProject) {
      const notify = (): void => {
        callback(file, this.ts.FileWatcherEventKind.Changed);
      };
      this.watched.set(file, { modified: modifiedTime(file), notify });
    }
    return { close: () => this.watched.delete(file) };
  }

  /** Tells the compiler which files have changed since the last call. */
  noticeEdits(): void {
    for (const [file, entry] of [...this.watched]) {
      const modified = modifiedTime(file);
      if (modified === entry.modified) continue;
      entry.modified = modified;
      entry.notify();
    }
  }

  /** Errors in files that `importer` imports, directly or through others, and that have not been checked yet. */
  problems(builder: Builder, importer: TypeScript.SourceFile): Problem[] {
    const files = builder.getAllDependencies(importer).flatMap((name) => {
      const file = builder.getSourceFile(name);
      if (file === undefined || !this.watched.has(file.fileName)) return [];
      const { version } = file as TypeScript.SourceFile & { version?: string };
      return version === undefined ? [] : [{ file, version }];
    });
    const unchecked = files.filter(
      ({ file, version }) => this.checkedVersions.get(file.fileName) !== version,
    );
    if (unchecked.length === 0) return [];
    // Files that were checked before may have errors by now: those of another version of a file that they import.
    const digest = unchecked.length === files.length ? this.digestOf(builder) : undefined;
    const isKnown = digest !== undefined && this.clean.has(digest);
    const problems: Problem[] = [];
    for (const { file, version } of unchecked) {
      const found = isKnown ? [] : this.problemsIn(builder, file);
      if (found.length === 0) this.checkedVersions.set(file.fileName, version);
      problems.push(...found);
    }
    if (problems.length === 0 && !isKnown && digest !== undefined) this.clean.add(digest);
    return problems;
  }

  private problemsIn(builder: Builder, file: TypeScript.SourceFile): Problem[] {
    const found = [...builder.getSyntacticDiagnostics(file), ...builder.getSemanticDiagnostics(file)];
    return found.map(({ start = 0, length = 0, code, messageText }) => {
      const { line, character } = file.getLineAndCharacterOfPosition(start);
      const message = this.ts.flattenDiagnosticMessageText(messageText, '\n');
      return { file: path.relative(this.root, file.fileName), line, character, length, code, message };
    });
  }

  /** Of all files but those of the cell, which are other ones in each notebook. */
  private digestOf(builder: Builder): string | undefined {
    const files = builder.getSourceFiles().filter(({ fileName }) => !isOfCell(fileName));
    return digestOfCheck(files, builder.getCompilerOptions(), this.ts.version);
  }
}

/** tslab's virtual files: the cell, and the declarations of the cells before it. */
function isOfCell(file: string): boolean {
  return /^__(tslab|prev)__/.test(path.basename(file));
}

function modifiedTime(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
