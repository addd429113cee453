import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type * as TypeScript from 'typescript';

/** As many as are kept: each state of the project's files, with each set of packages that cells import. */
const most = 100;

/**
 * Which states of the project's files are known to have no type errors. To check them all takes seconds of every kernel's
 * first cell, so a digest of all that went into a check is kept in `node_modules/.cache` if the check found nothing. Deleting
 * that folder is safe at any time.
 */
export class CleanChecks {
  readonly #folder: string;

  /** @param root folder of the project */
  constructor(root: string) {
    this.#folder = path.join(root, 'node_modules', '.cache', 'clean-checks');
  }

  has(digest: string): boolean {
    return fs.existsSync(path.join(this.#folder, digest));
  }

  add(digest: string): void {
    try {
      fs.mkdirSync(this.#folder, { recursive: true });
      fs.writeFileSync(path.join(this.#folder, digest), '');
      const ages = fs.readdirSync(this.#folder).map((name) => {
        const file = path.join(this.#folder, name);
        return { file, modified: fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
      });
      ages.sort((a, b) => b.modified - a.modified);
      for (const { file } of ages.slice(most)) fs.rmSync(file, { force: true });
    } catch {
      // A folder that can't be written to costs time in the next kernel, and nothing else.
    }
  }
}

/**
 * A digest of all that type errors in `files` depend on.
 * @param files of the program, but for those of the cell
 * @returns undefined if a file's version is not known
 */
export function digestOfCheck(
  files: readonly TypeScript.SourceFile[],
  options: TypeScript.CompilerOptions,
  tsVersion: string,
): string | undefined {
  const hash = createHash('sha256').update(JSON.stringify([tsVersion, options]));
  for (const file of files) {
    const { fileName, version } = file as TypeScript.SourceFile & { version?: string };
    if (version === undefined) return undefined;
    hash.update(JSON.stringify([fileName, version]));
  }
  return hash.digest('hex');
}
