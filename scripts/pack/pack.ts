/** Makes the npm package: lays its files out in a temporary folder, and has npm pack that. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { UserError } from '../../lib/runtime/errors';
import { projectRoot } from '../../lib/runtime/paths';
import { keptAs } from '../npx/names';
import { npmCommand } from '../setup/npm';
import { packedFiles } from './contents';
import { ofPackage, ofProject, type Manifest } from './manifests';

export interface Packed {
  /** The tarball. */
  readonly file: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Bytes of the files in it. */
  readonly unpackedSize: number;
  /** As npm lists them, below `package/`. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** @param out the folder for the tarball, which npm names after package and version */
export function makePackage(out: string): Packed {
  const stage = fs.mkdtempSync(path.join(os.tmpdir(), 'pack-'));
  try {
    layOut(stage);
    return pack(stage, out);
  } finally {
    fs.rmSync(stage, { recursive: true, force: true });
  }
}

/** Writes the package's files into a folder, as npm is to pack them. */
export function layOut(stage: string): void {
  const files = packedFiles();
  for (const file of files) copy(file, path.join(stage, 'project', keptName(file)));
  for (const file of ['README.md', 'LICENSE']) copy(file, path.join(stage, file));
  const manifest = JSON.parse(fs.readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as Manifest;
  writeJson(path.join(stage, 'project', 'package.json'), ofProject(manifest, files));
  writeJson(path.join(stage, 'package.json'), ofPackage(manifest));
}

/** Where the package keeps a file of the project. */
export function keptName(file: string): string {
  return keptAs.get(file) ?? file;
}

function copy(file: string, target: string): void {
  if (!fs.existsSync(path.join(projectRoot, file))) {
    throw new UserError(`git knows ${file}, and it is not there: run: git checkout -- ${file}`);
  }
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(path.join(projectRoot, file), target);
}

function writeJson(file: string, content: object): void {
  fs.writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

function pack(stage: string, out: string): Packed {
  const [program, ...words] = npmCommand(process.env);
  const { status, stdout, stderr } = spawnSync(
    program,
    [...words, 'pack', '--json', '--loglevel=error', `--pack-destination=${path.resolve(out)}`],
    { cwd: stage, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new UserError(`npm could not pack the project: ${stderr.trim()}`);
  // A list of packages; from npm 12 on, an object by their names.
  const [{ filename, ...packed }] = Object.values(
    JSON.parse(stdout) as Record<string, Omit<Packed, 'file'> & { filename: string }>,
  );
  return { ...packed, file: path.join(out, filename) };
}
