/** The playground as one HTML file, for small networks. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { writeWhole } from '../notebooks/files';
import { OutputError } from '../notebooks/output-error';
import { buildPage } from './build';
import { singleFileHtml } from './html';
import { offerOf, type Offered } from './offers';
import type { Pack } from './pack';
import { programPack } from './program-pack';

/** The whole page with all packs. */
export async function singleFile(offered: readonly Offered[]): Promise<string> {
  const build = await buildPage();
  const packs: Pack[] = [];
  for (const each of offered) packs.push(await each.make());
  const offers = offered.map((each, i) => offerOf(each, null, JSON.stringify(packs[i]).length));
  return singleFileHtml(build, { offers }, [programPack(), ...packs]);
}

/** @returns its size in bytes. @throws UserError if it can't be written */
export async function writeSingleFile(file: string, offered: readonly Offered[]): Promise<number> {
  const html = await singleFile(offered);
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    throw OutputError.from(error, file);
  }
  writeWhole(file, html);
  return Buffer.byteLength(html);
}
