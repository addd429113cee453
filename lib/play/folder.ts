/** The playground as a folder that opens from disk or from any static host. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { writeWhole } from '../notebooks/files';
import { UserError } from '../runtime/errors';
import { buildPage, type PageBuild } from './build';
import { addScript, files, folderHtml, offerScript } from './html';
import { offerOf, type Offered } from './offers';
import type { Offer } from './pack';
import { programPack } from './program-pack';

/** A file of the folder, and its size in bytes. */
export interface WrittenFile {
  readonly file: string;
  readonly bytes: number;
}

/**
 * Writes the page, and each pack in a script of its own, which the page loads when it needs it.
 * @param folder new, empty, or of an earlier export, which is replaced
 * @param build the page's program. Defaults to the page's own
 * @returns all files, index.html first
 * @throws UserError if the folder holds anything else
 */
export async function writeFolder(
  folder: string,
  offered: readonly Offered[],
  build?: PageBuild,
): Promise<WrittenFile[]> {
  const written = await writePage(folder, offered, build);
  const offers: Offer[] = [];
  for (const each of offered) {
    const file = packFile(each);
    const pack = write(folder, file, addScript(await each.make()));
    written.push(pack);
    offers.push(offerOf(each, file, pack.bytes));
  }
  return [...written, write(folder, files.contents, offerScript({ offers }))];
}

/**
 * Writes the page alone: packs are written when they are asked for.
 * @returns writes the pack that is in `file`; false if none is
 */
export async function writeLazily(
  folder: string,
  offered: readonly Offered[],
): Promise<(file: string) => Promise<boolean>> {
  await writePage(folder, offered);
  // Sizes are known only of what has been made.
  const offers = offered.map((each) => offerOf(each, packFile(each), null));
  write(folder, files.contents, offerScript({ offers }));
  return async (file) => {
    const found = offered.find((each) => packFile(each) === file);
    if (!found) return false;
    write(folder, file, addScript(await found.make()));
    return true;
  };
}

async function writePage(
  folder: string,
  offered: readonly Offered[],
  build?: PageBuild,
): Promise<WrittenFile[]> {
  expectApart(offered);
  expectOurs(folder);
  const { script, styles } = build ?? (await buildPage());
  fs.mkdirSync(path.join(folder, 'packs'), { recursive: true });
  for (const name of fs.readdirSync(path.join(folder, 'packs'))) {
    if (name.endsWith('.js')) fs.rmSync(path.join(folder, 'packs', name));
  }
  return [
    // First, so that an export that was cut off is known as one.
    write(folder, 'index.html', folderHtml()),
    write(folder, files.script, script),
    write(folder, files.styles, styles),
    write(folder, files.program, addScript(programPack())),
  ];
}

function write(folder: string, file: string, content: string): WrittenFile {
  writeWhole(path.join(folder, file), content);
  return { file, bytes: Buffer.byteLength(content) };
}

function packFile({ kind, id }: Offered): string {
  return `packs/${kind}-${fileName(id)}.js`;
}

/** Ids are names of records and runs; what else one may hold is not for file names and addresses. */
function fileName(id: string): string {
  return id.replace(/[^\w.-]/g, '_');
}

/** Two of one name would take each other's place. */
function expectApart(offered: readonly Offered[]): void {
  const files = offered.map(packFile);
  const twice = files.find((file, i) => files.indexOf(file) < i);
  if (twice !== undefined) throw new Error(`Two things on offer are both ${twice}`);
}

function expectOurs(folder: string): void {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  if (names.length === 0 || (names.includes('index.html') && names.includes('packs'))) return;
  throw new UserError(
    `${folder} holds other files (${names.slice(0, 3).join(', ')}); expected a new or empty folder, or an earlier export.`,
  );
}
