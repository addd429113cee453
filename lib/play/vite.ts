/**
 * `buildPage` runs this in a process of its own: Vite takes some 600 MB, which a notebook's kernel would keep.
 * Arguments: what the page's script begins with, and the folder that it is written to.
 */
import * as path from 'node:path';
import { messageOf } from '../runtime/errors';

export const pageFolder = path.join(__dirname, 'page');
export const scriptFile = 'page.js';
export const stylesFile = 'page.css';

async function runVite(entry: string, outDir: string): Promise<void> {
  // Vite's entry for `require` loads its module, and warns that one should not.
  process.env.VITE_CJS_IGNORE_WARNING = 'true';
  const { build } = await import('vite');
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
}

if (require.main === module) {
  const [entry, outDir] = process.argv.slice(2);
  runVite(entry, outDir).catch((error: unknown) => {
    process.stderr.write(messageOf(error));
    process.exitCode = 1;
  });
}
