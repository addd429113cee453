/** Folded solutions: found, written in TypeScript, and run. `npm run stress:solutions` runs those of all lessons. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import * as ts from 'typescript';
import { listNotebooks, type NotebookCell, nameOf, readNotebook } from '../../lib/notebooks/notebook';
import { runNotebook } from '../../lib/notebooks/run';
import { code, notebook } from './fixtures';
import { errorOf, solutionsOf, withSolutions } from './solutions';

function exercises(...solutions: string[]): NotebookCell {
  const written = solutions.map(
    (solution, i) =>
      `**${i + 1}. Title ${i + 1}?** Do it.\n\n<details>\n<summary>Solution</summary>\n\n${solution}\n</details>\n`,
  );
  return { cell_type: 'markdown', metadata: {}, source: `## Exercises\n\n${written.join('\n')}` };
}

describe('folded solutions', () => {
  test('are found with their exercise and all their code', () => {
    const cell = exercises('```ts\na();\n```\nThen:\n```ts\nb();\n```', 'Words.', '```sh\nnpm start\n```');
    assert.deepEqual(solutionsOf(notebook(cell)), [
      { exercise: '1. Title 1?', code: ['a();\n', 'b();\n'] },
      { exercise: '2. Title 2?', code: [] },
      { exercise: '3. Title 3?', code: [] },
    ]);
  });

  test('run after their lesson; one that fails is known, and keeps no other from running', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'solutions-'));
    try {
      const cell = exercises('```ts\nconst c = b + missing;\n```', '```ts\nconsole.log(b + 1);\n```');
      const { notebook: whole, placed } = withSolutions(notebook(code('const b = 2;'), cell));
      assert.deepEqual(
        placed.map(({ cells }) => cells),
        [[2], [3]],
      );
      const file = path.join(folder, 'lesson.ipynb');
      fs.writeFileSync(file, JSON.stringify(whole));
      const { failure, output } = await runNotebook(file, { outDir: path.join(folder, 'executed') });
      assert.equal(failure, undefined);
      const executed = readNotebook(output);
      assert.match(errorOf(executed, 2) ?? '', /missing/);
      assert.equal(errorOf(executed, 3), undefined);
      assert.match(JSON.stringify(executed.cells[3]), /"3\\n"/);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  for (const file of listNotebooks()) {
    test(`of ${nameOf(file)} belong to an exercise each, and can be read by TypeScript`, () => {
      const solutions = solutionsOf(readNotebook(file));
      assert.ok(solutions.length > 0);
      assert.equal(new Set(solutions.map(({ exercise }) => exercise)).size, solutions.length);
      for (const { exercise, code: blocks } of solutions) {
        assert.match(exercise, /^\d+\. /);
        for (const block of blocks) assert.deepEqual(syntaxErrors(block), [], exercise);
      }
    });
  }
});

function syntaxErrors(block: string): string[] {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  // A module, as a cell is: it may await.
  const { diagnostics = [] } = ts.transpileModule(`${block}\nexport {};`, {
    ...{ compilerOptions, reportDiagnostics: true },
  });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
