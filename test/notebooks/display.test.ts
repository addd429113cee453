import assert from 'node:assert/strict';
import * as path from 'node:path';
import { describe, mock, test } from 'node:test';
import { batchSecondsLeft, secondsLeft } from '../../lib/notebooks/estimate';
import { LogDisplay } from '../../lib/notebooks/log-display';
import { exitCodeOf, type Outcome, summary } from '../../lib/notebooks/outcome';
import { TerminalDisplay } from '../../lib/notebooks/terminal-display';

const failed: Outcome = {
  ...{ status: 'failed', name: '02-two', seconds: 75, output: path.resolve('out', '02-two.ipynb') },
  failure: {
    ...{ kind: 'error', line: 2, message: 'RangeError: bad luck\nand more of it' },
    cell: { index: 4, count: 3, id: 'train' },
  },
};
const passed: Outcome = { status: 'passed', name: '01-one', output: 'o', seconds: 5 };
const refused: Outcome = { status: 'refused', name: '03-three', reason: 'it lacks a parameter' };
const unchanged: Outcome = { status: 'unchanged', name: '04-four', output: 'o' };
const progress = { cell: 1, cells: 12, text: '\u001b[31mEpoch 1/3\u001b[0m\tfast', cellSeconds: [1] };

/** What a terminal shows after all that was written, cursor movements carried out. */
function screenOf(written: readonly string[]): string[] {
  const lines = [''];
  let row = 0;
  for (const [token] of written
    .join('')
    .matchAll(/\u001b\[\d+A|\u001b\[J|\u001b\[\d+m|\r|\n|[^\u001b\r\n]+/g)) {
    const up = /^\u001b\[(\d+)A$/.exec(token);
    if (up !== null) row -= Number(up[1]);
    else if (token === '\u001b[J') lines.splice(row, Infinity, '');
    else if (token === '\n') {
      row++;
      if (row >= lines.length) lines.push('');
    } else if (token !== '\r' && !token.startsWith('\u001b')) lines[row] += token;
  }
  return lines;
}

describe('a batch on a terminal', () => {
  test('has a line for each run that goes on, drawn over, and keeps what has ended; none wraps', (t) => {
    t.after(() => {
      mock.timers.reset();
      mock.restoreAll();
    });
    mock.timers.enable({ apis: ['setInterval'] });
    mock.method(performance, 'now', () => 0);
    const written: string[] = [];
    const screen = { isTTY: true, columns: 60, write: (text: string) => written.push(text) };
    const display = new TerminalDisplay(screen, 2, ['01-one', '02-two', '03-three']);
    display.plan([[], Array.from({ length: 12 }, () => 10), []]);
    display.begin(0, '01-one');
    display.begin(1, '02-two');
    display.progress(1, { ...progress, text: `${progress.text} ${'long '.repeat(30)}` });
    display.end(0, passed);
    assert.deepEqual(screenOf(written), [
      '✓ 01-one    passed in 0:05',
      '  02-two    cell  2 of 12  0:00  1:50 left  Epoch 1/3 fast…',
      '  1 of 3 done · 0:00 · Ctrl-C stops',
      '',
    ]);
    display.begin(2, '03-three');
    display.say(1, 'writing its page');
    mock.timers.tick(200);
    assert.deepEqual(screenOf(written).slice(1, 3), [
      '  02-two    writing its page  0:00  1:50 left',
      '  03-three  starts  0:00',
    ]);
    display.end(1, failed);
    assert.equal(screenOf(written)[1], '✗ 02-two    failed after 1:15: error in cell [3] (train), …');
    display.stopping('interrupt');
    display.close();
    const left = screenOf(written);
    assert.equal(left.length, 4);
    assert.match(left[2], /^Stopping: /);
    assert.ok(
      left.every((line) => line.length < 60),
      left.join('\n'),
    );
  });
});

describe('a batch in a log', () => {
  test('has a line when something begins or ends, and one a minute of what goes on', (t) => {
    t.after(() => {
      mock.timers.reset();
      mock.restoreAll();
    });
    mock.timers.enable({ apis: ['setInterval'] });
    mock.method(performance, 'now', () => 0);
    const written: string[] = [];
    const display = new LogDisplay({ write: (text) => written.push(text) }, ['01-one', '02-two']);
    display.plan([[], []]);
    display.begin(1, '02-two');
    display.say(1, 'starts');
    display.progress(1, progress);
    display.progress(1, progress);
    mock.timers.tick(60_000);
    display.say(1, 'writing its page');
    mock.timers.tick(60_000);
    display.end(1, failed);
    mock.timers.tick(60_000);
    assert.deepEqual(written, [
      '[2/2] 02-two: starts\n',
      '[2/2] 02-two: cell  2 of 12 after 0:00: Epoch 1/3 fast\n',
      '[2/2] 02-two: writing its page\n',
      '[2/2] 02-two: writing its page after 0:00\n',
      '[2/2] 02-two: failed after 1:15: error in cell [3] (train), line 2: RangeError: bad luck\n',
    ]);
  });
});

describe('the end of a batch', () => {
  test('counts, and names each failure with notebook, cell, line, error and file', () => {
    assert.deepEqual(summary([passed, failed, refused, unchanged], 130), [
      '1 passed, 1 failed, 1 could not be run, 1 unchanged in 2:10.',
      '',
      '02-two, cell [3] (train), line 2: error',
      '  RangeError: bad luck',
      '  and more of it',
      `  ${path.join('out', '02-two.ipynb')}`,
      '',
      '03-three: not run',
      '  it lacks a parameter',
    ]);
  });

  test('the exit code is 0 only if all passed, and 2 if nothing could be run', () => {
    assert.equal(exitCodeOf([passed, unchanged]), 0);
    assert.equal(exitCodeOf([passed, failed]), 1);
    assert.equal(exitCodeOf([passed, refused]), 1);
    assert.equal(exitCodeOf([passed, { status: 'not run', name: 'x' }]), 1);
    assert.equal(exitCodeOf([refused, { status: 'not run', name: 'x' }]), 2);
  });
});

describe('the time left', () => {
  test('is that of the cells to come in the run before, less what the running one has taken', () => {
    const before = [1, 10, 20];
    assert.equal(secondsLeft({ cell: 1, cells: 3 }, before, 4), 26);
    assert.equal(secondsLeft({ cell: 1, cells: 3 }, before, 400), 20);
    assert.equal(secondsLeft({ cell: 0, cells: 0 }, before, 2), 31, 'the kernel starts');
    assert.equal(secondsLeft({ cell: 0, cells: 4 }, before, 0), undefined, 'other cells');
    assert.equal(secondsLeft({ cell: 0, cells: 3 }, [], 0), undefined, 'it never ran');
  });

  test('of a batch is shared by what runs at a time, and is unknown if one is', () => {
    assert.equal(batchSecondsLeft([10, 20, 30], 2), 30);
    assert.equal(batchSecondsLeft([10, 20, 33], 3), 33, 'the longest has to be done by one');
    assert.equal(batchSecondsLeft([10, undefined], 1), undefined);
    assert.equal(batchSecondsLeft([], 1), undefined);
  });
});
