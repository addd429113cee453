import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { listNotebooks, nameOf } from '../../lib/notebooks/notebook';
import { type PlanEntry, planRuns } from '../../lib/notebooks/plan';
import { readRequest } from '../../lib/notebooks/request';
import { selectNotebooks } from '../../lib/notebooks/select';
import { readSettings } from '../../lib/notebooks/settings';
import { code, notebook, readingRuns, writeNotebook } from './fixtures';

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'plan-'));
});
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

const told = (entry: PlanEntry): string =>
  entry.kind === 'run' ? `${entry.run.name} ${JSON.stringify(entry.run.parameters)}` : entry.refusal.reason;

describe('the plan', () => {
  test('has a run for each point of the grid, and a refusal for what cannot be run as asked', () => {
    const parameters = "let profile: 'tiny' | 'full' = 'tiny';\nlet size = 1;";
    const files = [
      writeNotebook(folder, 'a', code(parameters, 'parameters')),
      writeNotebook(folder, 'b', code('let size = 1;', 'parameters')),
      writeNotebook(folder, 'c', code("let size = 'large';\nlet other = 1;", 'parameters')),
      writeNotebook(folder, 'd', code('let other = 1;', 'parameters')),
      path.join(folder, 'missing.ipynb'),
    ];
    const entries = planRuns({ files, settings: readSettings(['size=2,3']), profile: 'full' });
    assert.deepEqual(entries.slice(0, -1).map(told), [
      'a--size=2 {"profile":"full","size":2}',
      'a--size=3 {"profile":"full","size":3}',
      // It has no profile, which is no error as long as another has.
      'b--size=2 {"size":2}',
      'b--size=3 {"size":3}',
      'c--size=2 {"size":"2"}',
      'c--size=3 {"size":"3"}',
      'd has no parameter "size"; it has other.',
    ]);
    assert.match(told(entries[7]), /missing\.ipynb can't be read: ENOENT/);
    const [first] = entries;
    assert.ok(first.kind === 'run');
    assert.equal(first.run.notebook.cells[1].source, 'profile = "full";\nsize = 2;');
  });

  test('a value of a wrong type, a profile that no notebook has, and outputs of one name are errors', () => {
    const a = writeNotebook(folder, 'typed', code('let size = 1;', 'parameters'));
    const [refused] = planRuns({ files: [a], settings: readSettings(['size=big']) });
    assert.equal(told(refused), 'typed: size can\'t be "big"; expected number.');
    const none = readSettings([]);
    assert.throws(
      () => planRuns({ files: [a], settings: none, profile: 'tiny' }),
      /has a parameter "profile"/,
    );
    const other = path.join(folder, 'other');
    fs.mkdirSync(other);
    const twin = writeNotebook(other, 'typed', code('1'));
    assert.throws(() => planRuns({ files: [a, twin], settings: none }), /both be written as typed\.ipynb/);
    const labels = writeNotebook(folder, 'labels', code("let label = '';", 'parameters'));
    assert.throws(
      () => planRuns({ files: [labels], settings: readSettings(['label=a/b,a?b']) }),
      /Two runs of labels\.ipynb would both be written as labels--label=a_b\.ipynb/,
    );
  });

  test('what reads the runs of others comes after them; a word that is none of the known is refused', () => {
    const reader = path.join(folder, '0-reader.ipynb');
    const wrong = path.join(folder, '1-wrong.ipynb');
    const content = readingRuns(notebook(code('let size = 1;', 'parameters')));
    fs.writeFileSync(reader, JSON.stringify(content));
    fs.writeFileSync(wrong, JSON.stringify({ ...content, metadata: { cifar10: { reads: 'run' } } }));
    const other = writeNotebook(folder, '2-other', code('let size = 1;', 'parameters'));
    const entries = planRuns({ files: [reader, wrong, other], settings: readSettings(['size=2,3']) });
    assert.deepEqual(entries.map(told), [
      `${wrong} says in its metadata that it reads "run"; expected "runs", or nothing.`,
      '2-other--size=2 {"size":2}',
      '2-other--size=3 {"size":3}',
      '0-reader--size=2 {"size":2}',
      '0-reader--size=3 {"size":3}',
    ]);
  });

  test('a malformed notebook is refused for what is wrong with it, and the others stay', () => {
    const good = notebook(code('1'));
    const [cell] = good.cells;
    // JSON leaves out what is undefined.
    const bare = { ...good, metadata: undefined };
    const bareCell = { ...cell, metadata: undefined };
    const sourceless = { ...cell, source: undefined };
    const malformed: [unknown, RegExp][] = [
      [bare, /expected an object as its metadata, and it has nothing/],
      [{ ...good, metadata: null }, /expected an object as its metadata, and it has null/],
      [{ ...good, cells: [cell, bareCell] }, /cell 2 has nothing as its metadata/],
      [
        { ...good, cells: [sourceless] },
        /cell 1 has nothing as its source; expected a text or a list of lines/,
      ],
      [{ ...good, cells: [{ ...cell, source: [1] }] }, /cell 1 has \[1\] as its source/],
      [{ ...good, cells: [cell, null] }, /cell 2 is null; expected an object/],
      [
        { ...good, cells: [{ ...cell, metadata: { tags: 'parameters' } }] },
        /has the tags "parameters"; expected a list/,
      ],
      [{ ...good, cells: [{ ...cell, cell_type: 'heading' }] }, /has the type "heading"; expected "code"/],
      [[], /is no notebook that can be run here/],
    ];
    const files = malformed.map(([content], i) => {
      const file = path.join(folder, `malformed-${i}.ipynb`);
      fs.writeFileSync(file, JSON.stringify(content));
      return file;
    });
    const fine = writeNotebook(folder, 'fine', code('let size = 1;', 'parameters'));
    const odd = path.join(folder, 'odd.ipynb');
    fs.writeFileSync(odd, JSON.stringify({ ...good, metadata: { kernelspec: null, cifar10: null } }));
    const entries = planRuns({ files: [...files, fine, odd], settings: readSettings([]) });
    for (const [i, [, reason]] of malformed.entries()) {
      assert.match(told(entries[i]), reason);
      assert.ok(told(entries[i]).startsWith(files[i]), told(entries[i]));
    }
    assert.deepEqual(
      entries.slice(malformed.length).map(({ kind }) => kind),
      ['run', 'run'],
    );
  });

  test('a name that leaves no room for the names of its outputs is refused', () => {
    const long = writeNotebook(folder, 'x'.repeat(245), code('1'));
    const fits = writeNotebook(folder, 'x'.repeat(228), code('let size = 1;', 'parameters'));
    const [refused, run] = planRuns({ files: [long, fits], settings: readSettings([]) });
    assert.match(told(refused), /^The name x+… is \d+ bytes too long for the names of its outputs/);
    assert.equal(run.kind, 'run');
    const [grid] = planRuns({ files: [fits], settings: readSettings(['size=16,32']) });
    assert.match(told(grid), /too long/);
  });

  test('half a surrogate pair in a notebook is read as U+FFFD', () => {
    const file = path.join(folder, 'half.ipynb');
    fs.writeFileSync(file, JSON.stringify(notebook(code("'\ud83c'"), code("'🎉'"))));
    const [entry] = planRuns({ files: [file], settings: readSettings([]) });
    assert.ok(entry.kind === 'run');
    assert.deepEqual(
      entry.run.notebook.cells.map(({ source }) => source),
      ["'\ufffd'", "'🎉'"],
    );
  });

  test('a file that is no notebook, or one of another language, is refused', () => {
    const write = (name: string, content: unknown): string => {
      const file = path.join(folder, `${name}.ipynb`);
      fs.writeFileSync(file, JSON.stringify(content));
      return file;
    };
    const python = { nbformat: 4, cells: [], metadata: { kernelspec: { language: 'python' } } };
    const files = [
      write('null', null),
      write('old', { nbformat: 3, worksheets: [] }),
      write('python', python),
    ];
    const [empty, old, other] = planRuns({ files, settings: readSettings([]) }).map(told);
    assert.match(empty, /null\.ipynb is no notebook that can be run here: .* it names no format/);
    assert.match(old, /expected nbformat 4, and it is of format 3/);
    assert.match(other, /is written in python; the kernel here runs TypeScript/);
  });
});

describe('the choice of notebooks', () => {
  test('by the beginning of a name, a pattern, or a path; each once', () => {
    const files = ['00-data', '01-one', '02-two'].map((name) => writeNotebook(folder, name, code('1')));
    const own = path.join(folder, 'collection');
    fs.mkdirSync(own);
    for (const file of files) fs.renameSync(file, path.join(own, path.basename(file)));
    const choose = (...words: string[]): string[] => selectNotebooks(words, listNotebooks(own)).map(nameOf);
    assert.deepEqual(choose(), ['00-data', '01-one', '02-two']);
    assert.deepEqual(choose('02', '0?-o*', '02-two.ipynb'), ['02-two', '01-one']);
    assert.deepEqual(choose(own), ['00-data', '01-one', '02-two']);
    assert.deepEqual(choose(path.join(own, '01-one.ipynb')), ['01-one']);
    assert.throws(() => choose('one'), /No notebook begins with "one".*00-data, 01-one, 02-two/);
    assert.throws(() => choose('*.x'), /No notebook matches "\*\.x"/);
    const loop = path.join(folder, 'loop.ipynb');
    fs.symlinkSync('loop.ipynb', loop);
    const [refused] = planRuns({
      files: selectNotebooks([loop], listNotebooks(own)),
      settings: readSettings([]),
    });
    assert.match(told(refused), /loop\.ipynb can't be read: ELOOP/);
  });
});

describe('the command line', () => {
  test('has the options that help describes', () => {
    const request = readRequest(
      '01 --profile tiny --set a=1,2 --set b=x --out /tmp/o --timeout 60 --cell-timeout 0.5 --fail-fast --jobs 2 --html --resume'.split(
        ' ',
      ),
    );
    assert.deepEqual(request, {
      files: listNotebooks().filter((file) => nameOf(file).startsWith('01')),
      settings: new Map([
        ['a', ['1', '2']],
        ['b', ['x']],
      ]),
      ...{
        profile: 'tiny',
        outDir: '/tmp/o',
        timeout: 60,
        cellTimeout: 0.5,
        keepGoing: false,
        failFast: true,
      },
      ...{ jobs: 2, html: true, resume: true, cluster: undefined, shared: null },
    });
    assert.equal(readRequest(['--help']), undefined);
  });

  test('a setting takes the place of a default, and contradictions are errors', () => {
    assert.equal(readRequest([], { profile: 'quick' })?.profile, 'quick');
    assert.equal(readRequest(['--set', 'profile=full'], { profile: 'quick' })?.profile, undefined);
    assert.throws(() => readRequest(['--profile', 'a', '--set', 'profile=b']), /named twice/);
    assert.throws(() => readRequest(['--keep-going', '--fail-fast']), /exclude each other/);
    assert.throws(() => readRequest(['--out', '']), /--out is empty/);
    assert.throws(() => readRequest(['--jobs', '1.5']), /--jobs is "1\.5"; expected a whole number above 0/);
    assert.throws(() => readRequest(['--timeout', 'soon']), /--timeout is "soon"/);
    assert.throws(() => readRequest(['--jbos', '2']), /--jbos[^]*npm run notebooks -- --help/);
  });
});
