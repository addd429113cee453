import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { hashFile, removeTemporaries, temporaryName, writeWhole } from '../../lib/notebooks/files';
import { type Fingerprint, fingerprintOf } from '../../lib/notebooks/fingerprint';
import { withParameters } from '../../lib/notebooks/parameters';
import type { PlannedRun } from '../../lib/notebooks/plan';
import { readRecord, recordFile, type RunRecord, whyRun, writeRecord } from '../../lib/notebooks/record';
import type { Surroundings } from '../../lib/notebooks/surroundings';
import { code, notebook, readingRuns } from './fixtures';

const surroundings: Surroundings = {
  ...{ node: '20.0.0', tensorflow: '2.21.0', device: 'CPU', gpus: [] },
  data: { name: 'built-in sample', kind: 'sample', description: 'a few', digest: 'abc' },
};

describe('what --resume looks at', () => {
  let folder: string;
  let output: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'record-'));
    output = path.join(folder, 'some.ipynb');
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const cells = [code('let size = 1;', 'parameters'), code('size')];
  const planned = (size: number, ...changed: typeof cells): PlannedRun => {
    const parameters = { size };
    const changedNotebook = notebook(...(changed.length > 0 ? changed : cells));
    const file = path.join(folder, 'source.ipynb');
    return { name: 'some', file, parameters, notebook: withParameters(changedNotebook, parameters, 'some') };
  };
  const passing = (fingerprint: Fingerprint): Omit<RunRecord, 'version'> => ({
    ...{ name: 'some', notebook: 'some.ipynb', parameters: {}, status: 'passed', started: '', seconds: 1 },
    ...{ cellSeconds: [1], fingerprint, surroundings, outputDigest: hashFile(output) },
  });

  test('nothing has to be done again as long as all that a run depends on is the same', () => {
    fs.writeFileSync(output, '{}');
    const fingerprint = fingerprintOf(planned(1), surroundings);
    assert.equal(whyRun(output, fingerprint), 'it has not run yet');
    writeRecord(output, passing(fingerprint));
    assert.equal(whyRun(output, fingerprintOf(planned(1), surroundings)), undefined);
    const prose = notebook({ cell_type: 'markdown', metadata: {}, source: 'words' }).cells[0];
    assert.equal(whyRun(output, fingerprintOf(planned(1, ...cells, prose), surroundings)), undefined);
  });

  test('a cell of parameters that an earlier execution put in is code, unless it is replaced', () => {
    const executed = (value: number): typeof cells => [
      cells[0],
      code(`size = ${value};`, 'injected-parameters'),
      cells[1],
    ];
    const ofCode = (run: PlannedRun): string => fingerprintOf(run, surroundings).code;
    const alone = (value: number): PlannedRun => ({
      ...planned(1),
      ...{ parameters: {}, notebook: notebook(...executed(value)) },
    });
    assert.notEqual(ofCode(alone(2)), ofCode(alone(3)));
    assert.equal(ofCode(planned(1, ...executed(2))), ofCode(planned(1)));
  });

  test('each thing that changes is told', () => {
    fs.writeFileSync(output, '{}');
    writeRecord(output, passing(fingerprintOf(planned(1), surroundings)));
    const reason = (run: PlannedRun, changes: Partial<Surroundings> = {}): string | undefined =>
      whyRun(output, fingerprintOf(run, { ...surroundings, ...changes }));
    assert.equal(reason(planned(2)), 'its parameters have changed');
    assert.equal(reason(planned(1, ...cells, code('1'))), 'its code has changed');
    assert.equal(reason(planned(1), { node: '22.0.0' }), 'Node has changed');
    assert.equal(reason(planned(1), { tensorflow: '2.20.0' }), 'TensorFlow has changed');
    const data = { ...surroundings.data, digest: 'def' };
    assert.equal(reason(planned(1), { data }), 'the data have changed');
    // A module beside the notebook counts as lib does: cells may import it.
    const helper = path.join(folder, 'helper.ts');
    fs.writeFileSync(helper, 'export const a = 1;');
    assert.equal(reason(planned(1)), 'lib or the installed packages have changed');
    fs.rmSync(helper);
    fs.writeFileSync(output, '{ }');
    assert.equal(reason(planned(1)), 'some.ipynb was changed');
    fs.rmSync(output);
    assert.equal(reason(planned(1)), 'some.ipynb is gone');
  });

  test('for a notebook that reads runs, so is a change of what they came to, and of nothing else in them', (t) => {
    const runs = path.join(folder, 'runs');
    const { RUNS_DIR } = process.env;
    t.after(() => {
      if (RUNS_DIR === undefined) delete process.env.RUNS_DIR;
      else process.env.RUNS_DIR = RUNS_DIR;
    });
    process.env.RUNS_DIR = runs;
    const reader = { ...planned(1), notebook: readingRuns(planned(1).notebook) };
    const [ofReader, ofOther] = [
      fingerprintOf(reader, surroundings),
      fingerprintOf(planned(1), surroundings),
    ];
    fs.writeFileSync(output, '{}');
    const changes = (file: string, content = ''): (string | undefined)[] => {
      const before = fingerprintOf(reader, surroundings);
      fs.mkdirSync(path.dirname(path.join(runs, file)), { recursive: true });
      fs.writeFileSync(path.join(runs, file), content);
      return [before, ofOther].map((fingerprint, i) => {
        writeRecord(output, passing(fingerprint));
        return whyRun(output, fingerprintOf(i === 0 ? reader : planned(1), surroundings));
      });
    };
    const changed = ['the runs that it reads have changed', undefined];
    assert.deepEqual(changes('notes.txt'), [undefined, undefined]);
    assert.deepEqual(fingerprintOf(reader, surroundings), ofReader);
    for (const file of ['run.json', 'history.json', 'test.json']) {
      assert.deepEqual(changes(`a/${file}`), changed, file);
    }
    assert.deepEqual(changes('a/run.json', '{}'), changed);
    assert.deepEqual(changes('a/checkpoints/last-1/state.json', '{}'), [undefined, undefined]);
    assert.deepEqual(changes('b/run.json', '{}'), changed);
  });

  test('a run that failed or was cut off, and a record that cannot be read, do not count', () => {
    fs.writeFileSync(output, '{}');
    const fingerprint = fingerprintOf(planned(1), surroundings);
    writeRecord(output, { ...passing(fingerprint), status: 'failed' });
    assert.equal(whyRun(output, fingerprint), 'it failed the last time');
    writeRecord(output, { ...passing(fingerprint), status: 'running' });
    assert.equal(whyRun(output, fingerprint), 'its last run was cut off');
    const other = fs.readFileSync(recordFile(output), 'utf8').replace('"version": 1', '"version": 0');
    fs.writeFileSync(recordFile(output), other);
    assert.equal(whyRun(output, fingerprint), 'it has not run yet');
    fs.writeFileSync(recordFile(output), '{"version": 1, "sta');
    assert.equal(readRecord(output), undefined);
  });

  test('temporary files of killed processes go, and no others', () => {
    const old = temporaryName(output).replace(String(process.pid), '1');
    const others = temporaryName(path.join(folder, 'other.ipynb'));
    for (const file of [old, `${old}.html`, others]) fs.writeFileSync(file, '');
    writeWhole(output, 'whole');
    removeTemporaries(output);
    assert.equal(fs.readFileSync(output, 'utf8'), 'whole');
    assert.deepEqual(
      [old, `${old}.html`, others].map((file) => fs.existsSync(file)),
      [false, false, true],
    );
  });
});
