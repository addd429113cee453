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
