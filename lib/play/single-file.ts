/** The playground as one HTML file, for small networks. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { writeWhole } from '../notebooks/files';
import { OutputError } from '../notebooks/output-error';
import { buildPage, type PageBuild } from './build';
import { singleFileHtml } from './html';
import { offerOf, type Offered } from './offers';
import type { Pack } from './pack';
import { programPack } from './program-pack';

/** The whole page with all packs. */
export async function singleFile(offered: readonly Offered[], build?: PageBuild): Promise<string> {
  const page = build ?? (await buildPage());
  const packs: Pack[] = [];
  for (const each of offered) packs.push(await each.make());
  const offers = offered.map((each, i) => offerOf(each, null, JSON.stringify(packs[i]).length));
  return singleFileHtml(page, { offers }, [programPack(), ...packs]);
}

/**
 * Writes it whole or not at all; a file that holds the same already is left as it is.
 * @param build the page's program. Defaults to the page's own
 * @returns its size in bytes
 * @throws UserError if it can't be written
 */
export async function writeSingleFile(
  file: string,
  offered: readonly Offered[],
  build?: PageBuild,
): Promise<number> {
  const html = Buffer.from(await singleFile(offered, build));
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    throw OutputError.from(error, file);
  }
  if (!holds(file, html)) writeWhole(file, html);
  return html.length;
}

function holds(file: string, content: Buffer): boolean {
  try {
    return fs.statSync(file).size === content.length && fs.readFileSync(file).equals(content);
  } catch {
    return false;
  }
}
