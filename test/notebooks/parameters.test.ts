import assert from 'node:assert/strict';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { readValues } from '../../lib/notebooks/parameter-types';
import { declaredParameters, type ParameterValue, withParameters } from '../../lib/notebooks/parameters';
import { gridPoints, readSettings } from '../../lib/notebooks/settings';
import { UserError } from '../../lib/runtime/errors';
import { notebooksDir } from '../../lib/runtime/paths';
import { code, notebook } from './fixtures';

describe('parameters', () => {
  const plain = notebook(
    code('// first'),
    code("let profile: string = 'quick';\nlet rate = 0.1;", 'parameters'),
    code('x'),
  );

  test('are what the tagged cell declares with let', () => {
    assert.deepEqual(declaredParameters(plain.cells[1]), ['profile', 'rate']);
    const cell = code(
      'const fixed = 1;\nlet a = 1, b = `\nlet inText = 2;`;\nfunction f() { let inner = 3; }',
    );
    assert.deepEqual(declaredParameters(cell), ['a', 'b']);
  });

  test('are set in a cell behind the tagged one, and the notebook stays as it was', () => {
    const before = JSON.stringify(plain);
    const { cells } = withParameters(plain, { profile: 'ti"ny', rate: 0.5 }, 'some');
    assert.equal(cells[2].source, 'profile = "ti\\"ny";\nrate = 0.5;');
    assert.deepEqual(cells[2].metadata.tags, ['injected-parameters']);
    assert.equal(cells.length, 4);
    assert.equal(JSON.stringify(plain), before);
  });

  test('set anew in a notebook that was executed before, they replace the cell of that time', () => {
    const executed = withParameters(plain, { rate: 0.5 }, 'some');
    const { cells } = withParameters(executed, { profile: 'tiny' }, 'some');
    assert.deepEqual(
      cells.map(({ source }) => source),
      ['// first', plain.cells[1].source, 'profile = "tiny";', 'x'],
    );
    // Without parameters, what it was executed with stays.
    assert.equal(withParameters(executed, {}, 'some'), executed);
  });

  test('an unknown one is an error that lists the known ones', () => {
    assert.throws(() => withParameters(plain, { profil: 'tiny' }, '01-some'), {
      name: 'UserError',
      message: '01-some has no parameter "profil"; it has profile, rate.',
    });
    assert.throws(() => withParameters(notebook(code('1')), { profile: 'tiny' }, '01-some'), UserError);
  });
});

describe('values from the command line', () => {
  const cells = [
    code("import { type ProfileName } from '../lib';\ninterface Size { width: number }"),
    code(
      `let profile: ProfileName = 'quick';
       let batchSize = 32;
       let label = '';
       let rate: number | 'auto' = 'auto';
       let shuffle = true;
       let widths: readonly number[] = [1];
       let size: Size = { width: 1 };
       let limit: number | null = null;`,
      'parameters',
    ),
  ];
  const read = (...pairs: [string, string[]][]): ReturnType<typeof readValues> =>
    readValues(
      pairs.map(([parameter, texts]) => ({
        ...{ name: 'some', file: path.join(notebooksDir, 'some.ipynb'), notebook: notebook(...cells) },
        settings: new Map([[parameter, texts]]),
      })),
    );

  test('take the type that the notebook declares', () => {
    const answers = read(
      ['profile', ['tiny', 'full']],
      ['batchSize', ['16', '6.4e1', '+8', '.5']],
      ['label', ['16', 'true', '', '"quoted"', 'plain text']],
      ['rate', ['0.1', 'auto']],
      ['shuffle', ['false']],
      ['widths', ['[8,16]']],
      ['size', ['{"width":2}']],
      ['limit', ['null', '5']],
    );
    const values = answers.map((answer): readonly ParameterValue[] => {
      assert.ok(!(answer instanceof UserError));
      return [...answer.values()][0];
    });
    assert.deepEqual(values, [
      ['tiny', 'full'],
      [16, 64, 8, 0.5],
      ['16', 'true', '', 'quoted', 'plain text'],
      [0.1, 'auto'],
      [false],
      [[8, 16]],
      [{ width: 2 }],
      [null, 5],
    ]);
  });

  test('of another type are refused, with what was expected', () => {
    const answers = read(
      ['profile', ['tiny', 'huge']],
      ['batchSize', ['many']],
      ['batchSize', ['true']],
      ['shuffle', ['1']],
      ['widths', ['[1,"two"]']],
      ['limit', ['undefined']],
    );
    const messages = answers.map((answer) => (answer instanceof UserError ? answer.message : 'accepted'));
    assert.deepEqual(messages, [
      'some: profile can\'t be "huge"; expected "tiny" | "quick" | "full".',
      'some: batchSize can\'t be "many"; expected number.',
      "some: batchSize can't be true; expected number.",
      "some: shuffle can't be 1; expected boolean.",
      'some: widths can\'t be [1,"two"]; expected readonly number[].',
      'some: limit can\'t be "undefined"; expected number | null.',
    ]);
  });
});

describe('--set', () => {
  test('several values are separated by commas, outside brackets and quotes', () => {
    const settings = readSettings(['batchSize=16,32, 64', 'widths=[1,2],[3]', 'text="a,\\"b",c', 'empty=']);
    assert.deepEqual(
      [...settings],
      [
        ['batchSize', ['16', '32', '64']],
        ['widths', ['[1,2]', '[3]']],
        ['text', ['"a,\\"b"', 'c']],
        ['empty', ['']],
      ],
    );
  });

  test('what is no setting, or is there twice, is an error', () => {
    assert.throws(() => readSettings(['batchSize']), /--set batchSize: expected a parameter and its value/);
    assert.throws(() => readSettings(['a=1', 'a=2']), /a is set twice.*--set a=first,second/);
    assert.throws(() => readSettings(['a=1,2,1']), /the value 1 is there twice/);
  });

  test('several values make a grid, labelled by what differs', () => {
    const points = gridPoints(
      new Map<string, ParameterValue[]>([
        ['profile', ['tiny']],
        ['batchSize', [16, 32]],
        ['name', ['a b/c', 'd']],
      ]),
    );
    assert.deepEqual(
      points.map(({ label }) => label),
      [
        'batchSize=16--name=a_b_c',
        'batchSize=16--name=d',
        'batchSize=32--name=a_b_c',
        'batchSize=32--name=d',
      ],
    );
    assert.deepEqual(points[2].parameters, { profile: 'tiny', batchSize: 32, name: 'a b/c' });
    assert.deepEqual(gridPoints(new Map()), [{ parameters: {}, label: '' }]);
  });
});
