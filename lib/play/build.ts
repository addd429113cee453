/** The page's script and styles: built by Vite once for each state of their sources. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { messageOf, UserError } from '../runtime/errors';
import { projectRoot } from '../runtime/paths';

/** A page's program, as text. */
export interface PageBuild {
  /** One classic script: pages from disk can't load modules. */
  readonly script: string;
  readonly styles: string;
}

const pageFolder = path.join(__dirname, 'page');
const scriptFile = 'page.js';
const stylesFile = 'page.css';
/** Those of the page and of the tests. */
const keptBuilds = 6;

export interface BuildOptions {
  /** What the script begins with. Defaults to the page; tests have entries of their own. */
  readonly entry?: string;
  /** Where builds are kept. Defaults to a folder beside the set-up's. */
  readonly cache?: string;
}

/** @throws UserError with Vite's message if a source is broken */
export async function buildPage({
  entry = path.join(pageFolder, 'main.tsx'),
  cache = path.join(projectRoot, '.setup', 'playground'),
}: BuildOptions = {}): Promise<PageBuild> {
  const digest = sourcesDigest(entry);
  const folder = path.join(cache, digest);
  if (!fs.existsSync(folder)) await buildInto(folder, { entry, cache });
  const styles = path.join(folder, stylesFile);
  return {
    script: fs.readFileSync(path.join(folder, scriptFile), 'utf8'),
    styles: fs.existsSync(styles) ? fs.readFileSync(styles, 'utf8') : '',
  };
}

/** Into a folder of its own that is moved to its place when it is whole: processes may build at the same time. */
async function buildInto(folder: string, { entry, cache }: Required<BuildOptions>): Promise<void> {
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

async function runVite(entry: string, outDir: string): Promise<void> {
  // Vite's entry for `require` loads its module, and warns that one should not.
  process.env.VITE_CJS_IGNORE_WARNING = 'true';
  const { build } = await import('vite');
  try {
    await build({
      configFile: false,
      root: pageFolder,
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"production"' },
      build: {
        outDir,
        emptyOutDir: true,
        target: 'es2022',
        cssCodeSplit: false,
        modulePreload: false,
        // Pictures and fonts become part of the script and the styles.
        assetsInlineLimit: Number.MAX_SAFE_INTEGER,
        chunkSizeWarningLimit: Infinity,
        rollupOptions: {
          input: entry,
          output: {
            format: 'iife',
            inlineDynamicImports: true,
            entryFileNames: scriptFile,
            assetFileNames: stylesFile,
          },
        },
      },
    });
  } catch (error) {
    throw new UserError(`The playground's page can't be built: ${messageOf(error)}`, { cause: error });
  }
}

/** Of everything that a build depends on. */
function sourcesDigest(entry: string): string {
  const hash = createHash('sha256');
  const files = [
    __filename,
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
