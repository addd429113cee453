/** Executed notebooks made for a test. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { code, notebook } from '../notebooks/fixtures';

/** An output that a cell displayed. */
export function rich(data: object): object {
  return { output_type: 'display_data', metadata: {}, data };
}

/** Writes a notebook whose cells have run and left one output each. @returns path of the file */
export function writeExecuted(folder: string, name: string, outputs: readonly object[]): string {
  const content = notebook(...outputs.map((_, i) => code(`show(${i});`)));
  const cells = content.cells.map((cell, i) => ({
    ...cell,
    outputs: [outputs[i]],
    execution_count: i + 1,
  }));
  const file = path.join(folder, `${name}.ipynb`);
  fs.writeFileSync(file, JSON.stringify({ ...content, cells }));
  return file;
}

/** Each would set `ran` on the page that shows it, by itself or when it is clicked on. */
export function hostileOutputs(): object[] {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>top.ran = 1</script></svg>';
  const broken = '<img src="data:image/png;base64,AAAA" onerror="ran = 1">';
  return [
    ...[
      '<a href="javascript:ran = 1">link</a><a href=" JaVa&#9;Script:ran = 1">link</a>',
      `<p>${broken}words</p>`,
      '<svg onload="ran = 1"><script>ran = 1</script><a xlink:href="javascript:ran = 1"><text y="9">link</text></a></svg>',
      '<iframe srcdoc="<script>top.ran = 1</script>"></iframe><embed src="javascript:ran = 1">',
      '<form action="javascript:ran = 1"><button>link</button></form>',
      '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=ran=1&gt;">',
      '<a href="data:text/html,<script>ran = 1</script>">link</a><script>ran = 1</script>',
      '</div></pre></script><base href="javascript:/a/"><a href="#ran=1">link</a>',
    ].map((html) => rich({ 'text/html': html, 'text/plain': 'html' })),
    rich({ 'image/svg+xml': svg, 'text/plain': 'svg' }),
    rich({ 'text/markdown': `[link](javascript:ran=1) ${broken} **bold**`, 'text/plain': 'markdown' }),
    rich({ 'application/javascript': 'ran = 1', 'text/plain': 'script' }),
    rich({ 'text/vnd.mermaid': `</pre>${broken}<pre>`, 'text/plain': 'mermaid' }),
    {
      ...rich({ 'image/png': 'AAAA', 'text/plain': 'png' }),
      metadata: { 'image/png': { width: '1 onerror=ran=1', height: 8 } },
    },
    { output_type: 'stream', name: 'stdout', text: [`\u001b[31m${broken}\u001b[0m\n`] },
  ];
}

/** Tags that would run something, or lead to it. */
export const active =
  /<(?:script|iframe|embed|form|base)\b|<[^<>]*\son\w+\s*=|<[^<>]*href="\s*(?:javascript|data):/i;
