import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseline, summary, vgg16 } from '../../lib/models';
import { tf } from '../../lib/runtime/tensorflow';
import { dfd, fixed, percent, showSummary, showTable, whole } from '../../lib/show';
import { duration } from '../../lib/show/format';
import { escapeHtml } from '../../lib/show/html';
import { table, tableHtml, tableText } from '../../lib/show/table';
import { inNotebook, inTerminal, parseXml } from './fixtures';

const rows = [
  { name: 'cat', images: 12_345, recall: 0.5 },
  { name: 'dog', images: 7, recall: null },
];

test('danfojs is loaded when it is first used, and shares the one TensorFlow', () => {
  const loaded = (): boolean => Object.keys(require.cache).some((file) => file.includes('danfojs-node'));
  assert.equal(loaded(), false);
  assert.equal(dfd.tensorflow, tf);
  assert.equal(loaded(), true);
});

test('numbers stand right, text left, and what is missing is a dash', () => {
  const content = table(rows, { format: { recall: percent }, labels: { images: 'test images' } });
  assert.deepEqual(content.columns, [
    { label: 'name', align: 'left' },
    { label: 'test images', align: 'right' },
    { label: 'recall', align: 'right' },
  ]);
  assert.deepEqual(content.rows, [
    ['cat', '12,345', '50.0 %'],
    ['dog', '7', '–'],
  ]);
});

test('a percentage stays on one line of a page, and is plain text elsewhere', () => {
  const content = table(rows, { format: { recall: percent } });
  assert.match(tableHtml(content), />50\.0\u00a0%<\/td>/);
  assert.match(tableText(content), /12,345 {2}50\.0 %\n/);
});

test('a column of fractions has as many decimals as its largest value needs for four digits', () => {
  const written = (values: number[]): string[] => table(values.map((value) => ({ value }))).rows.flat();
  assert.deepEqual(written([1.23456, 12.3456]), ['1.23', '12.35']);
  assert.deepEqual(written([0.5, 0.123456]), ['0.5000', '0.1235']);
  assert.deepEqual(written([123456.7, 0.2]), ['123,457', '0']);
  assert.deepEqual(written([NaN, 1]), ['–', '1']);
  assert.deepEqual(written([0, 0]), ['0', '0']);
});

test('a DataFrame shows its columns, and its index only where it has names', () => {
  const frame = new dfd.DataFrame({ class: ['b', 'a'], count: [2, 1] });
  assert.deepEqual(table(frame).rows, [
    ['b', '2'],
    ['a', '1'],
  ]);
  assert.deepEqual(table(frame.sortValues('count')).rows, [
    ['a', '1'],
    ['b', '2'],
  ]);
  const named = new dfd.DataFrame([[1], [2]], { columns: ['count'], index: ['first', 'second'] });
  assert.deepEqual(table(named).rows, [
    ['first', '1'],
    ['second', '2'],
  ]);
});

test('HTML is escaped and well-formed, and carries no script', () => {
  const html = tableHtml(table([{ '<b>': '<script>alert("1")</script>' }], { caption: 'Tom & Jerry' }));
  assert.deepEqual(parseXml(html), ['table', 'caption', 'thead', 'tr', 'th', 'tbody', 'tr', 'td']);
  assert.match(html, /Tom &amp; Jerry/);
  assert.match(html, /&lt;script&gt;alert\(&quot;1&quot;\)/);
  assert.equal(escapeHtml(`<&>"'`), '&lt;&amp;&gt;&quot;&#39;');
});

test('text is aligned in columns', () => {
  const text = tableText(table(rows, { caption: 'Classes', format: { recall: fixed(2) } }));
  assert.equal(
    text,
    [
      'Classes',
      'name  images  recall',
      '────────────────────',
      'cat   12,345    0.50',
      'dog        7       –',
    ].join('\n'),
  );
});

test('an empty table is empty, not an error', () => {
  assert.deepEqual(table([]).rows, []);
  parseXml(tableHtml(table([])));
});

test('a table goes to the notebook as HTML and text, to a terminal as text', async () => {
  const [{ bundle }] = await inNotebook(() => {
    showTable(rows);
  });
  assert.deepEqual(Object.keys(bundle), ['text/html', 'text/plain']);
  const printed = await inTerminal(() => {
    showTable(rows);
  });
  assert.equal(printed, `${bundle['text/plain'] as string}\n`);
});

test('the summary of Baseline ends with its totals', async () => {
  const model = baseline();
  const printed = await inTerminal(() => {
    showSummary(model);
  });
  model.dispose();
  const lines = printed.trimEnd().split('\n');
  assert.match(lines[0], /^Baseline: 198,506 parameters, of which 198,494 trainable and 12 non-trainable$/);
  assert.match(lines[3], /^conv +Conv2D +32 × 32 × 6 +456 +460,800$/);
  assert.match(lines.at(-1) ?? '', /^total +198,506 +658,688$/);
});

test('by block, the rows of a summary add up to the same totals', async () => {
  const model = vgg16({ width: 0.25, dropout: 0 });
  const printed = await inTerminal(() => {
    showSummary(model, { by: 'block' });
  });
  const rows = summary(model).rows.filter(({ layer }) => layer.startsWith('block2_'));
  model.dispose();
  const lines = printed.trimEnd().split('\n');
  assert.deepEqual(
    lines.slice(3).map((line) => line.split(' ')[0]),
    ['block1', 'block2', 'block3', 'block4', 'block5', 'flatten', 'hidden1', 'hidden2', 'classes', 'total'],
  );
  const parameters = rows.reduce((sum, row) => sum + row.parameters, 0).toLocaleString('en-US');
  assert.match(lines[4], new RegExp(`^block2 +7 layers +8 × 8 × 32 +${parameters} `));
  assert.match(lines.at(-1) ?? '', /^total +959,322 +19,940,608$/);
});

test('numbers as people read them', () => {
  assert.deepEqual([percent(0.58349), percent(1), percent(NaN)], ['58.3 %', '100.0 %', '–']);
  assert.deepEqual([whole(1998), whole(50_000), whole(0.4)], ['1998', '50,000', '0']);
  assert.deepEqual(
    [duration(0), duration(75), duration(3675), duration(59.7)],
    ['0:00', '1:15', '1:01:15', '1:00'],
  );
});
