import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { temporaryName } from '../../lib/notebooks/files';
import { writeFolder } from '../../lib/play/folder';
import type { NetworkPack } from '../../lib/play/pack';
import { reportFile, writeReport } from '../../lib/report';
import { UserError } from '../../lib/runtime/errors';
import { writeBatch, writeCollection, writeExecuted, writeRun } from './fixtures';

let outDir: string;
let runsDir: string;
beforeEach(() => {
  outDir = fs.mkdtempSync(path.join(os.tmpdir(), 'report-'));
  runsDir = path.join(outDir, 'runs');
});
afterEach(() => {
  fs.rmSync(outDir, { recursive: true, force: true });
});
const written = async (): Promise<string> => fs.readFileSync(await writeReport({ outDir, runsDir }), 'utf8');
/** What a reader sees: the page without its scripts and styles. */
const visible = (page: string): string =>
  page
    .replace(/<(script|style)\b[^>]*>[^]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

test('a page without runs says so in a sentence, and goes without Plotly', async () => {
  const page = await written();
  assert.ok(page.length < 50_000, `${page.length} characters`);
  assert.match(visible(page), /No notebook has been run yet/);
  assert.match(visible(page), /No run has finished yet, so there is nothing to compare and no study to show/);
  assert.match(visible(page), /Nothing has run yet/);
});

test('networks without a study, and a study without networks, are each told in a sentence', async () => {
  writeRun(runsDir, 'a', { test: 0.5 });
  writeRun(runsDir, 'b', { data: 'CIFAR-10', study: { name: 'batch size', setting: '32' } });
  const text = visible(await written());
  assert.match(text, /Results on built-in sample [^]*No study of a hyperparameter was made on these images/);
  assert.match(text, /two networks with a result on the test set; so far there is Baseline\./);
  assert.match(text, /Results on CIFAR-10 [^]*No network was trained on these images apart from the studies/);
});

test('a collection: Plotly once, its data named, failures with their reasons, each study with its table', async () => {
  writeCollection(outDir, runsDir);
  const page = await written();
  assert.equal(page.match(/^\* plotly\.js v\d/gm)?.length, 1);
  assert.equal(
    page.split('<figure class="figure">').length,
    page.split('<script type="application/json">').length,
  );
  const text = visible(page);
  assert.match(text, /Some of these numbers are from the built-in sample/);
  assert.match(text, /04-vgg16--batchSize=16 : error in cell \[3\] \(train\), line 2: RangeError: bad luck/);
  assert.match(text, /05-resnet18 : it has no parameter &quot;size&quot;; it has profile\./);
  assert.match(text, /What they found 00-dataset 00-dataset found &lt;something&gt; out\. 01-baseline 01-/);
  assert.match(text, /Study: batch size of Baseline/);
  assert.match(text, /32 59\.5 ± 0\.7 % 2 /);
  assert.match(text, /ResNet18, width 0\.25 75\.\d ± 0\.8 % /);
});

test('files of runs that could not be read: said at the top, and each with what is missing and what to do', async () => {
  writeRun(runsDir, 'a', { test: 0.5 });
  assert.doesNotMatch(await written(), /unread/);
  writeRun(runsDir, 'b', { title: 'VGG16', test: 0.6 });
  writeRun(runsDir, 'c', { title: 'LeNet-5', test: 0.7 });
  fs.writeFileSync(path.join(runsDir, 'b', 'history.json'), '{');
  fs.writeFileSync(path.join(runsDir, 'c', 'test.json'), '');
  const page = await written();
  const text = visible(page);
  assert.match(text, /2 files of runs could not be read, so some results are missing[^]*Notebooks/);
  assert.match(
    text,
    /The run &quot;b&quot; is left out: \S*b.history\.json is damaged: it is not JSON\. .*run the same training again/,
  );
  assert.match(
    text,
    /The test result of the run &quot;c&quot; is left out: \S*c.test\.json is damaged: it is empty\. The result on the test/,
  );
  // The run without its test result keeps its row.
  assert.match(text, /LeNet-5 – 50\.0 % /);
  assert.equal(page.match(/href="#unread"/g)?.length, 2);
});

test('the playground: the command that opens a measured run, or a link once that is exported', async () => {
  writeRun(runsDir, 'a', { test: 0.5 });
  writeRun(runsDir, 'b', { title: 'VGG16', test: 0.6 });
  writeRun(runsDir, 'c', { title: 'LeNet-5' });
  const commands = await written();
  assert.match(visible(commands), /VGG16: npm run play -- --run b Baseline: npm run play -- --run a /);
  assert.doesNotMatch(commands, /--run c|href="[^"]*playground/);

  const exported = { kind: 'network', id: 'a', title: 'Baseline', facts: null } as const;
  const make = (): Promise<NetworkPack> => Promise.resolve({ kind: 'network' } as NetworkPack);
  await writeFolder(path.join(outDir, 'playground'), [{ ...exported, make }], { script: '', styles: '' });
  const linked = await written();
  assert.ok(linked.includes('<a href="../playground/index.html#look/a">open a</a>'));
  assert.match(visible(linked), /VGG16: npm run play -- --run b /);
});

test('names from files are text and nothing else', async () => {
  const bad = `"><img src=x onerror=alert(1)></script><script>alert(2)</script>'&`;
  for (const seed of [1, 2]) {
    writeRun(runsDir, `run${seed}`, { label: `${bad}${seed}`, data: bad, device: bad, test: 0.5 });
  }
  writeRun(runsDir, 'study', { data: bad, study: { name: bad, setting: bad } });
  const failure = { kind: 'error', message: `${bad}\n${bad}` } as const;
  writeExecuted(outDir, '01', { status: 'failed', failure, parameters: { profile: bad } });
  writeBatch(outDir, [
    { status: 'failed', name: '01', output: '', seconds: 1, failure },
    { status: 'refused', name: bad, reason: bad },
  ]);
  const page = await written();
  assert.ok(!page.includes('<img src=x'));
  assert.ok(!page.includes('<script>alert'));
  assert.ok(!page.includes('</script><script>alert'));
  assert.ok(page.includes('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;'));
  // Tags in pairs: an attribute that a quote had ended would leave one open.
  const body = page.slice(page.indexOf('<body>'), page.indexOf('</footer>'));
  for (const tag of ['table', 'tr', 'td', 'th', 'figure', 'section', 'div', 'span', 'p', 'script']) {
    const count = (pattern: string): number => body.match(new RegExp(pattern, 'g'))?.length ?? 0;
    assert.equal(count(`<${tag}[ >]`), count(`</${tag}>`), tag);
  }
});

test('written by several at once it is whole, and has the last of everything; nothing else is left', async () => {
  const file = reportFile(outDir);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(temporaryName(file).replace(String(process.pid), '1'), 'of a killed process');
  const names = ['01-one', '02-two', '03-three', '04-four'];
  await Promise.all(
    names.map((name) => {
      writeExecuted(outDir, name);
      return writeReport({ outDir, runsDir });
    }),
  );
  const page = fs.readFileSync(file, 'utf8');
  for (const name of names) assert.ok(page.includes(`>${name}</th>`), name);
  assert.match(page, /<\/html>\n$/);
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['index.html']);
});

test('what keeps it from being written is said in a sentence', async () => {
  fs.writeFileSync(path.join(outDir, 'report'), 'a file where a folder has to be');
  await assert.rejects(written(), (error: Error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /^The report .*index\.html can't be written: EEXIST/);
    return true;
  });
});
