/** The playground as a folder in the outputs, to which the report links. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isObject } from '../notebooks/notebook';

export interface Playground {
  /** Path of its page. */
  readonly page: string;
  /** Ids of its networks: names of published results and of runs. */
  readonly networks: readonly string[];
}

/** Where `npm run play -- --export` is to write for the report to find it. */
export const playgroundFolder = 'playground';

/** @returns undefined if none was exported into the folder that batches write to */
export function readPlayground(outDir: string): Playground | undefined {
  const folder = path.join(outDir, playgroundFolder);
  const page = path.join(folder, 'index.html');
  try {
    const contents = fs.readFileSync(path.join(folder, 'contents.js'), 'utf8');
    return fs.existsSync(page) ? { page, networks: networksIn(contents) } : undefined;
  } catch {
    // None, or one of another version: the report has the command that opens it.
    return undefined;
  }
}

/** Of `playground.offer({ offers: [...] });`, as lib/play writes it. */
function networksIn(contents: string): string[] {
  const { offers } = JSON.parse(contents.slice(contents.indexOf('{'), contents.lastIndexOf('}') + 1)) as {
    readonly offers: readonly unknown[];
  };
  return offers.flatMap((offer) =>
    isObject(offer) && offer.kind === 'network' && typeof offer.id === 'string' ? [offer.id] : [],
  );
}
