/** The guides to the lessons lead to files that exist, and leave no lesson out. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { listNotebooks } from '../../lib/notebooks/notebook';
import { projectRoot } from '../../lib/runtime/paths';

for (const file of ['docs/teaching.md', 'docs/glossary.md', 'notebooks/README.md']) {
  test(`every link of ${file} leads to a file`, () => {
    const targets = linksOf(file);
    assert.ok(targets.length > 2);
    assert.deepEqual(
      targets.filter((target) => !fs.existsSync(target)),
      [],
    );
  });
}

test('the order for a term and the guide name every lesson', () => {
  for (const file of ['docs/teaching.md', 'notebooks/README.md']) {
    const targets = new Set(linksOf(file));
    assert.deepEqual(
      listNotebooks().filter((lesson) => !targets.has(lesson)),
      [],
      file,
    );
  }
});

/** The glossary's words, each with the lessons that introduce it. */
function glossary(): {
  readonly word: string;
  readonly anchor: string;
  readonly lessons: readonly string[];
}[] {
  const text = fs.readFileSync(path.join(projectRoot, 'docs/glossary.md'), 'utf8');
  return [...text.matchAll(/^### (.+)\n\n(.+)$/gm)].map(([, word, entry]) => ({
    word,
    // As GitHub and JupyterLab make it of a heading.
    anchor: word
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
    lessons: [...entry.matchAll(/notebooks\/([\w-]+\.ipynb)/g)].map(([, lesson]) => lesson),
  }));
}

test('the glossary is in alphabetical order', () => {
  const words = glossary().map(({ word }) => word.toLowerCase());
  assert.ok(words.length > 30);
  assert.deepEqual(words, [...words].sort());
});

test('each lesson links to the entries of the words that it introduces, and the glossary back to it', () => {
  for (const file of listNotebooks()) {
    const lesson = path.basename(file);
    const linked = [
      ...fs.readFileSync(file, 'utf8').matchAll(/\[([^[\]"]+)\]\(..\/docs\/glossary\.md#([\w-]+)\)/g),
    ];
    const introduced = glossary().filter(({ lessons }) => lessons.includes(lesson));
    assert.deepEqual(
      linked.map(([, word, anchor]) => [word, anchor]),
      introduced.map(({ word, anchor }) => [word, anchor]),
      lesson,
    );
  }
});

/** Paths of the files that a page links to. */
function linksOf(file: string): string[] {
  const folder = path.dirname(path.join(projectRoot, file));
  const text = fs.readFileSync(path.join(projectRoot, file), 'utf8');
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) =>
    path.join(folder, target),
  );
  return [...new Set(targets)];
}
