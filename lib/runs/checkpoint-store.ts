import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { codeOf } from '../runtime/errors';
import { DamagedError, readSealed, unfinishedSuffix, writeSealed, type Files } from './sealed-folder';

/** `last` is where training continues from; `best` has the weights of the best validation. */
export type Role = 'last' | 'best';

/** Added to the name of a folder that is being removed. */
const removedSuffix = '.removed';

/**
 * The checkpoints of one run: folders `last-000012`, `best-000007`, numbered separately for each role. The two newest
 * of each role are kept, so that there is one to fall back on if the newest is damaged.
 */
export class CheckpointStore {
  readonly #damaged = new Set<string>();

  constructor(readonly folder: string) {}

  /** Removes what a killed process left unfinished. Only for the process that holds the run's lock. */
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
   * Loads the newest checkpoint that is whole and that `accept` does not refuse.
   * @param accept makes a value from the files; refuses them by throwing a DamagedError
   * @param onDamaged called for each checkpoint that is skipped, with what is wrong with it
   * @returns what `accept` made of it; undefined if there is none
   */
  async load<T>(
    role: Role,
    accept: (files: Files, folder: string) => T | Promise<T>,
    onDamaged: (folder: string, damage: DamagedError) => void,
  ): Promise<T | undefined> {
    for (const name of await this.#newestFirst(role)) {
      const folder = path.join(this.folder, name);
      try {
        return await accept(readSealed(folder), folder);
      } catch (error) {
        if (!(error instanceof DamagedError)) throw error;
        this.#damaged.add(name);
        onDamaged(folder, error);
      }
    }
    return undefined;
  }

  /** Removes the newest whole checkpoints of a role, up to the first that `belongs`. */
  async removeUntil(role: Role, belongs: (files: Files) => boolean): Promise<void> {
    for (const name of await this.#newestFirst(role)) {
      try {
        if (belongs(readSealed(path.join(this.folder, name)))) return;
      } catch (error) {
        if (!(error instanceof DamagedError)) throw error;
        // It may have belonged; `load` tells of it, and takes the one before.
        return;
      }
      await this.#remove(name);
    }
  }

  /** Writes the newest whole checkpoint of each role to another folder, changed on the way. */
  async copyNewest(target: string, change: (files: Files) => Files): Promise<void> {
    for (const role of ['last', 'best'] as const) {
      const copy = async (files: Files, folder: string): Promise<void> => {
        await fs.mkdir(target, { recursive: true });
        await writeSealed(path.join(target, path.basename(folder)), change(files));
      };
      await this.load(role, copy, () => undefined);
    }
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

  /** Renamed first: a half-removed folder must not look like a damaged checkpoint. */
  async #remove(name: string): Promise<void> {
    const folder = path.join(this.folder, name);
    await fs.rename(folder, folder + removedSuffix);
    await fs.rm(folder + removedSuffix, { recursive: true, force: true });
  }
}

function serialOf(name: string): number {
  return Number(name.slice(name.indexOf('-') + 1));
}
