import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import * as ts from 'typescript';
import { projectRoot, venvDir } from '../../lib/runtime/paths';
import { newFolder, write } from '../setup/fakes';
import { code, executedCells, writeNotebook } from './fixtures';

const run = promisify(execFile);
const python = path.join(venvDir, 'bin', 'python');

/** What papermill does with tables of parameters, from Python's literals to a cell's text. One start of it, since that is slow. */
async function codify(...tables: string[]): Promise<string[]> {
  const program = `
import datetime, json, papermill
from papermill.exceptions import PapermillException
from papermill.translators import translate_parameters
def cell(parameters):
    try:
        return translate_parameters("tslab-cifar10", "typescript", parameters, "Parameters")
    except PapermillException as error:
        return f"refused: {error}"
print(json.dumps([cell(parameters) for parameters in [${tables.join(', ')}]]))`;
  return JSON.parse((await run(python, ['-c', program])).stdout) as string[];
}

/** The variables that a cell sets, after a check of its syntax. */
function valuesOf(cell: string): unknown {
  const { diagnostics, outputText } = ts.transpileModule(cell, { reportDiagnostics: true });
  assert.deepEqual(
    diagnostics?.map(({ messageText }) => messageText),
    [],
    cell,
  );
  const context: Record<string, unknown> = {};
  runInNewContext(outputText, context);
  return JSON.parse(JSON.stringify(context));
}

test('papermill writes parameters as TypeScript, and refuses those that it has no place for', async () => {
  const [cell, notFinite, tooLarge, noName] = await codify(
    `{
    "quotes": "it's \\"so\\" \\\\ \`\${1}\`", "lines": "a\\nb\\u2028c", "foreign": "Größe 😀 \\x00", "empty": "",
    "whole": -3, "real": 1e-05, "large": 1e300, "yes": True, "no": False, "nothing": None,
    "list": [1, "two", [None, True]], "nested": {"a b": {"c": [1.5]}, "it's": "x", 3: 4}, "none": [], "bare": {},
    "day": datetime.date(2026, 1, 31), "pair": (1, 2),
    }`,
    '{"a": float("nan"), "b": float("-inf")}',
    '{"a": 2**53}',
    '{"a b": 1}',
  );
  assert.equal(cell.split('\n')[0], '// Parameters');
  assert.deepEqual(valuesOf(cell), {
    quotes: 'it\'s "so" \\ `${1}`',
    lines: 'a\nb\u2028c',
    foreign: 'Größe 😀 \0',
    empty: '',
    whole: -3,
    real: 1e-5,
    large: 1e300,
    yes: true,
    no: false,
    nothing: null,
    list: [1, 'two', [null, true]],
    nested: { 'a b': { c: [1.5] }, "it's": 'x', 3: 4 },
    none: [],
    bare: {},
    day: '2026-01-31',
    pair: [1, 2],
  });
  assert.equal(notFinite, '// Parameters\na = NaN;\nb = -Infinity;\n');
  assert.match(tooLarge, /^refused: 9007199254740992 can't be passed.*-r NAME/);
  assert.match(noName, /^refused: "a b" is not a name/);
});

test('papermill lists what the parameters cell of a lesson declares', async () => {
  const lesson = JSON.stringify(path.join(projectRoot, 'notebooks', '01-baseline.ipynb'));
  const { stdout } = await run(python, [
    '-c',
    `import papermill; print(papermill.inspect_notebook(${lesson}))`,
  ]);
  assert.match(stdout, /'inferred_type_name': 'ProfileName', 'default': "'quick'"/);
});

test('papermill runs a notebook in the folder of its file, with parameters in place of the declared ones', async () => {
  const folder = newFolder();
  write(path.join(folder, 'near.ts'), "export const near = 'beside the notebook';\n");
  const file = writeNotebook(
    folder,
    'asked',
    code(
      [
        "import { near } from './near';",
        "let profile: 'tiny' | 'quick' = 'quick'; // how much to train",
        'let rates: readonly number[] = [];',
        'let options: { readonly momentum?: number | null } = {};',
        'let shown = true;',
      ].join('\n'),
      'parameters',
    ),
    code('console.log(JSON.stringify({ near, profile, rates, options, shown }));'),
  );
  const papermill = (...args: string[]) =>
    run(python, ['-m', 'papermill', '--no-progress-bar', ...args], { cwd: newFolder() });

  const output = path.join(newFolder(), 'out.ipynb');
  const yaml = '{rates: [0.1, 1.0e-3], options: {momentum: null}}';
  const ran = await papermill(file, output, '-p', 'profile', 'tiny', '-p', 'shown', 'False', '-y', yaml);
  assert.doesNotMatch(ran.stderr, /unknown parameter|Exception/);
  const cells = executedCells(output);
  assert.equal(cells.length, 3);
  assert.deepEqual(JSON.parse(cells[2].outputs[0].text?.join('') ?? ''), {
    near: 'beside the notebook',
    profile: 'tiny',
    rates: [0.1, 0.001],
    options: { momentum: null },
    shown: false,
  });

  // A folder that the user names wins.
  await assert.rejects(papermill('--cwd', newFolder(), file, output), /Cannot find module '\.\/near'/);
  assert.match(fs.readFileSync(output, 'utf8'), /Cannot find module/, 'the failed notebook is kept');
});
