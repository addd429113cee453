import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { codeOf } from '../data/text';
import { DamagedError, readSealed, unfinishedSuffix, writeSealed, type Files } from './sealed-folder';

/** `last` is where training goes on from, `best` what the best validation was measured with. */
export type Role = 'last' | 'best';

/** Behind the name of what is being removed. */
const removedSuffix = '.removed';

/**
 * The checkpoints of one run: folders `last-000012`, `best-000007`, counted up for each role. A new one comes beside
 * the one before it, which goes only after the one after: there are two of each role, so that one of them may be
 * damaged.
 */
export class CheckpointStore {
  readonly #damaged = new Set<string>();

  constructor(readonly folder: string) {}

  /** Removes what a killed process left unfinished. Only for whoever has the run's lock. */
  async tidy(): Promise<void> {
    for (const name of await this.#names()) {
      if (!name.endsWith(unfinishedSuffix) && !name.endsWith(removedSuffix)) continue;
      await fs.rm(path.join(this.folder, name), { recursive: true, force: true });
    }
  }

  async save(role: Role, files: Files): Promise<void> {
    await fs.mkdir(this.folder, { recursive: true });
    const before = await this.#newestFirst(role);
    const serial = before.length === 0 ? 1 : serialOf(before[0]) + 1;
    await writeSealed(path.join(this.folder, `${role}-${String(serial).padStart(6, '0')}`), files);
    const [, ...superfluous] = before.filter((name) => !this.#damaged.has(name));
    for (const name of [...superfluous, ...before.filter((each) => this.#damaged.has(each))]) {
      await this.#remove(name);
    }
  }

  /**
   * The newest checkpoint that is whole and that `accept` takes.
   * @param accept makes something of the files
   * @param onDamaged told of each that is passed over, and why
   * @returns undefined if there is none
   */
  async load<T>(
    role: Role,
    accept: (files: Files, folder: string) => T | Promise<T>,
    onDamaged: (folder: string, problem: string) => void,
  ): Promise<T | undefined> {
    for (const name of await this.#newestFirst(role)) {
      const folder = path.join(this.folder, name);
      try {
        return await accept(readSealed(folder), folder);
      } catch (error) {
        if (!(error instanceof DamagedError)) throw error;
        this.#damaged.add(name);
        onDamaged(folder, error.message);
      }
    }
    return undefined;
  }

  async #newestFirst(role: Role): Promise<string[]> {
    const names = (await this.#names()).filter((name) => new RegExp(`^${role}-\\d+$`).test(name));
    return names.sort((a, b) => serialOf(b) - serialOf(a));
  }

  async #names(): Promise<string[]> {
    try {
      return await fs.readdir(this.folder);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** A folder half gone must not look like a damaged checkpoint. */
  async #remove(name: string): Promise<void> {
    const folder = path.join(this.folder, name);
    await fs.rename(folder, folder + removedSuffix);
    await fs.rm(folder + removedSuffix, { recursive: true, force: true });
  }
}

function serialOf(name: string): number {
  return Number(name.slice(name.indexOf('-') + 1));
}
