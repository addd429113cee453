/** The page as HTML: in a folder with its scripts beside it, or everything in one file. */
import { inlineScript, policySource } from '../show/html';
import type { PageBuild } from './build';
import type { Contents, Pack } from './pack';

/** Keeps what scripts beside the page hand over before the page's own script runs. */
const firstLines = `'use strict';
var playground = {
  contents: [],
  packs: [],
  offer(contents) { this.contents.push(contents); },
  add(pack) { this.packs.push(pack); },
};`;

/** Files beside the page in a folder. */
export const files = {
  script: 'page.js',
  styles: 'page.css',
  contents: 'contents.js',
  program: 'packs/wasm.js',
};

/** index.html of a folder. */
export function folderHtml(): string {
  return html({
    // From disk, 'self' is no site that a browser knows: hence the scheme.
    scripts: `${policySource(firstLines)} 'self' file:`,
    styles: `'self' file: 'unsafe-inline'`,
    head: `<link rel="stylesheet" href="${files.styles}">`,
    body: `<script>${firstLines}</script>
<script src="${files.contents}"></script>
<script src="${files.script}"></script>`,
  });
}

/** A page that holds everything. */
export function singleFileHtml(build: PageBuild, contents: Contents, packs: readonly Pack[]): string {
  const scripts = [firstLines, offerScript(contents), ...packs.map(addScript), build.script].map(
    inlineScript,
  );
  return html({
    scripts: scripts.map(policySource).join(' '),
    styles: `'unsafe-inline'`,
    head: `<style>${build.styles}</style>`,
    body: scripts.map((script) => `<script>${script}</script>`).join('\n'),
  });
}

export function offerScript(contents: Contents): string {
  return `playground.offer(${JSON.stringify(contents)});`;
}

export function addScript(pack: Pack): string {
  return `playground.add(${JSON.stringify(pack)});`;
}

interface Parts {
  /** Sources of the content policy. */
  readonly scripts: string;
  readonly styles: string;
  readonly head: string;
  readonly body: string;
}

/**
 * The policy: nothing from any server. Scripts are those of the page, which may compile WebAssembly but not text; pictures
 * and the program come as data or blobs, the latter also what a reader drops or films. Components style elements inline.
 */
function html({ scripts, styles, head, body }: Parts): string {
  const policy = [
    "default-src 'none'",
    `script-src ${scripts} 'wasm-unsafe-eval'`,
    `style-src ${styles}`,
    'img-src data: blob:',
    'media-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Playground: networks to take apart</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
<div id="app"><noscript><p>The playground computes in the browser: allow scripts to use it.</p></noscript></div>
${body}
</body>
</html>
`;
}
