/** The playground as a folder that opens from disk or from any static host. */
import * as fs from 'node:fs';
import * as path from 'node:path';
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
  expectOurs(folder);
  const { script, styles } = build ?? (await buildPage());
  fs.mkdirSync(path.join(folder, 'packs'), { recursive: true });
  const written: WrittenFile[] = [];
  const write = (file: string, content: string): void => {
    fs.writeFileSync(path.join(folder, file), content);
    written.push({ file, bytes: Buffer.byteLength(content) });
  };
  // First, so that an export that was cut off is known as one.
  write('index.html', folderHtml());
  write(files.script, script);
  write(files.styles, styles);
  write(files.program, addScript(programPack()));
  const offers: Offer[] = [];
  for (const each of offered) {
    const file = `packs/${each.kind}-${fileName(each.id)}.js`;
    const content = addScript(await each.make());
    write(file, content);
    offers.push(offerOf(each, file, Buffer.byteLength(content)));
  }
  write(files.contents, offerScript({ offers }));
  const kept = new Set(written.map(({ file }) => path.join(folder, file)));
  for (const name of fs.readdirSync(path.join(folder, 'packs'))) {
    const file = path.join(folder, 'packs', name);
    if (!kept.has(file) && name.endsWith('.js')) fs.rmSync(file);
  }
  return written;
}

/** Ids are names of records and runs; what else one may hold is not for file names and addresses. */
function fileName(id: string): string {
  return id.replace(/[^\w.-]/g, '_');
}

function expectOurs(folder: string): void {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  if (names.length === 0 || (names.includes('index.html') && names.includes('packs'))) return;
  throw new UserError(
    `${folder} holds other files (${names.slice(0, 3).join(', ')}); expected a new or empty folder, or an earlier export.`,
  );
}
