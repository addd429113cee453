/** The cells that ran, for consoles in which a user can go back to them (`history_request`). */
import type { JsonObject } from './wire';

export interface HistoryEntry {
  readonly count: number;
  readonly code: string;
  /** The value of the cell's last expression as text, or null if there was none. */
  readonly output: string | null;
}

/** The history covers this kernel's own session only. */
const SESSION = 1;

export class History {
  private readonly entries: HistoryEntry[] = [];

  add(entry: HistoryEntry): void {
    this.entries.push(entry);
  }

  /**
   * Finds cells by a range of execution counts, by a glob pattern, or the last `n` of them.
   * @returns [session, count, code] for each cell, or [session, count, [code, output]]
   */
  find(request: JsonObject): unknown[] {
    const { hist_access_type: access, n, start, stop, pattern, unique, output } = request;
    let found = this.entries;
    if (access === 'range') {
      const last = typeof stop === 'number' ? stop : Infinity;
      found = found.filter(({ count }) => count >= Number(start ?? 0) && count < last);
    } else if (access === 'search') {
      const glob = globPattern(typeof pattern === 'string' ? pattern : '*');
      found = found.filter(({ code }) => glob.test(code));
      if (unique === true) found = [...new Map(found.map((entry) => [entry.code, entry])).values()];
    }
    if (access !== 'range' && typeof n === 'number') found = found.slice(-n);
    return found.map(({ count, code, output: shown }) => [
      SESSION,
      count,
      output === true ? [code, shown] : code,
    ]);
  }
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\*/g, '[^]*').replace(/\?/g, '[^]')}$`);
}
