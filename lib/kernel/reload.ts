/**
 * Repair: edited files. When a module of the project has changed on disk, Node forgets it and every module that
 * imports it. The next cell that imports one of them, directly or through an index, gets the new version. Values
 * that earlier cells hold stay as they are.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';

export class ModuleReloader {
  private readonly loaded = new Map<string, number>();
  private readonly prefix: string;
  private readonly kept: readonly string[];

  /** @param root folder of the project; its kernel and runtime are never reloaded, since they hold state */
  constructor(root: string) {
    this.prefix = root + path.sep;
    this.kept = ['kernel', 'runtime'].map((name) => path.join(root, 'lib', name) + path.sep);
  }

  /**
   * Forgets changed modules and their importers.
   * @returns the files that had changed
   */
  forgetChanged(): string[] {
    const changed = this.modules().filter(({ filename }) => {
      const before = this.loaded.get(filename);
      return before !== undefined && before !== modifiedTime(filename);
    });
    if (changed.length > 0) this.forget(new Set(changed.map(({ filename }) => filename)));
    return changed.map(({ filename }) => filename);
  }

  /** Notes which version of each module is loaded now. Call it after each cell. */
  remember(): void {
    for (const { filename } of this.modules()) {
      if (!this.loaded.has(filename)) this.loaded.set(filename, modifiedTime(filename));
    }
  }

  private modules(): NodeJS.Module[] {
    const all = Object.values(require.cache).filter(
      (module): module is NodeJS.Module => module !== undefined,
    );
    return all.filter(({ filename }) => {
      const isProject =
        filename.startsWith(this.prefix) && !filename.includes(`${path.sep}node_modules${path.sep}`);
      return isProject && !this.kept.some((folder) => filename.startsWith(folder));
    });
  }

  private forget(stale: Set<string>): void {
    for (let size = 0; size !== stale.size; ) {
      size = stale.size;
      for (const module of this.modules()) {
        if (module.children.some((child) => stale.has(child.filename))) stale.add(module.filename);
      }
    }
    for (const filename of stale) {
      this.loaded.delete(filename);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- that is how Node forgets a module
      delete require.cache[filename];
    }
  }
}

function modifiedTime(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
