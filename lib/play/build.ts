/** The page's script and styles: built by Vite once for each state of their sources. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { projectRoot, registerTs } from '../runtime/paths';
import { pageFolder, scriptFile, stylesFile } from './vite';

/** A page's program, as text. */
export interface PageBuild {
  /** One classic script: pages from disk can't load modules. */
  readonly script: string;
  readonly styles: string;
}

const viteProgram = path.join(__dirname, 'vite.ts');
/** Those of the page and of the tests. */
const keptBuilds = 6;

export interface BuildOptions {
  /** What the script begins with. Defaults to the page; tests have entries of their own. */
  readonly entry?: string;
  /** Where builds are kept. Defaults to a folder beside the set-up's. */
  readonly cache?: string;
  /** Called before a build, which takes a while; not if there is one already. */
  readonly onBuild?: () => void;
}

/** @throws UserError with Vite's message if a source is broken */
export async function buildPage({
  entry = path.join(pageFolder, 'main.tsx'),
  cache = path.join(projectRoot, '.setup', 'playground'),
  onBuild,
}: BuildOptions = {}): Promise<PageBuild> {
  const digest = sourcesDigest(entry);
  const folder = path.join(cache, digest);
  if (!fs.existsSync(folder)) {
    onBuild?.();
    await buildInto(folder, entry, cache);
  }
  const styles = path.join(folder, stylesFile);
  return {
    script: fs.readFileSync(path.join(folder, scriptFile), 'utf8'),
    styles: fs.existsSync(styles) ? fs.readFileSync(styles, 'utf8') : '',
  };
}

/** Into a folder of its own that is moved to its place when it is whole: processes may build at the same time. */
async function buildInto(folder: string, entry: string, cache: string): Promise<void> {
  fs.mkdirSync(cache, { recursive: true });
  const temporary = fs.mkdtempSync(path.join(cache, '.building-'));
  try {
    await runVite(entry, temporary);
    try {
      fs.renameSync(temporary, folder);
    } catch (error) {
      if (!fs.existsSync(folder)) throw error;
    }
    forgetOld(cache);
  } finally {
    remove(temporary);
  }
}

/** Keeps the newest builds; those in progress begin with a dot. */
function forgetOld(cache: string): void {
  const builds = fs
    .readdirSync(cache)
    .filter((name) => !name.startsWith('.'))
    .map((name) => ({ folder: path.join(cache, name), made: fs.statSync(path.join(cache, name)).mtimeMs }))
    .sort((a, b) => b.made - a.made);
  for (const { folder } of builds.slice(keptBuilds)) remove(folder);
}

function runVite(entry: string, outDir: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['-r', registerTs, viteProgram, entry, outDir], (error, _, complaints) => {
      if (!error) resolve();
      else reject(new UserError(`The playground's page can't be built: ${complaints || error.message}`));
    });
  });
}

/** Of everything that a build depends on. */
function sourcesDigest(entry: string): string {
  const hash = createHash('sha256');
  const files = [
    __filename,
    viteProgram,
    entry,
    path.join(__dirname, 'pack.ts'),
    // The same random numbers in the page as in Node.
    path.join(projectRoot, 'lib', 'data', 'random.ts'),
    path.join(projectRoot, 'package-lock.json'),
    ...filesIn(pageFolder),
  ];
  for (const file of files) {
    const content = fs.readFileSync(file);
    hash.update(`${path.relative(projectRoot, file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((found) => {
      const file = path.join(folder, found.name);
      return found.isDirectory() ? filesIn(file) : [file];
    });
}

function remove(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true });
}
