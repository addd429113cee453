/** Code of the library that a lesson quotes: it has to stand in the file that the quotation names. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { listNotebooks } from '../../lib/notebooks/notebook';
import { projectRoot } from '../../lib/runtime/paths';

interface Cell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
}

/** Each quotation with its file: a block of TypeScript, with `// lib/…` above each part of it. */
function quotations(notebook: string): { readonly file: string; readonly code: string }[] {
  const { cells } = JSON.parse(fs.readFileSync(notebook, 'utf8')) as { cells: Cell[] };
  const prose = cells.filter(({ cell_type }) => cell_type === 'markdown');
  return prose.flatMap(({ source }) =>
    [
      ...[source]
        .flat()
        .join('')
        .matchAll(/```ts\n([^]*?)```/g),
    ].flatMap(([, block]) =>
      [...block.matchAll(/^ *\/\/ (lib\/\S+\.ts)\n([^]*?)(?=^ *\/\/ lib\/|$(?![^]))/gm)].map(
        ([, file, code]) => ({ file, code }),
      ),
    ),
  );
}

/** Without indentation, which a list in a lesson changes. */
function lines(code: string): string {
  return code
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n');
}

test('lessons quote the library as it is', () => {
  const quoted = listNotebooks().flatMap((notebook) =>
    quotations(notebook).map((each) => ({ ...each, lesson: path.basename(notebook) })),
  );
  assert.ok(quoted.length >= 5, `only ${quoted.length} quotations were found`);
  for (const { lesson, file, code } of quoted) {
    const source = fs.readFileSync(path.join(projectRoot, file), 'utf8');
    assert.ok(lines(code).length > 0, `${lesson} quotes nothing of ${file}`);
    assert.ok(lines(source).includes(lines(code)), `${lesson} quotes of ${file} what is not there:\n${code}`);
  }
});
