import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { projectRoot, venvDir } from '../../lib/runtime/paths';
import { confusionFigure } from '../../lib/show';
import { figureOutput } from '../../lib/show/show';
import { evaluation } from './fixtures';

const jupyter = path.join(venvDir, 'bin', 'jupyter');
const skip = fs.existsSync(jupyter) ? false : 'needs .venv: run npm run setup';
const settings = path.join(projectRoot, 'scripts', 'setup', 'jupyter');

/** Exports a notebook with the template and the settings as committed, not as installed. */
function exported(outputs: readonly object[], ...options: string[]): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'page-'));
  try {
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [
        { cell_type: 'code', id: 'a', source: 'show(figure);', metadata: {}, execution_count: 1, outputs },
        { cell_type: 'markdown', id: 'b', source: 'Costs $5, not $6.', metadata: {} },
      ],
    };
    fs.writeFileSync(path.join(folder, 'page.ipynb'), JSON.stringify(notebook));
    const env = {
      ...process.env,
      JUPYTER_PATH: path.join(settings, 'share'),
      JUPYTER_CONFIG_PATH: path.join(settings, 'etc'),
    };
    const result = spawnSync(jupyter, ['nbconvert', '--to', 'html', ...options, 'page.ipynb'], {
      cwd: folder,
      env,
    });
    assert.equal(result.status, 0, String(result.stderr));
    return fs.readFileSync(path.join(folder, 'page.html'), 'utf8');
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const picture = ' src="data:image/svg+xml;base64,';
const classNames = ['</script><script>alert(1)</script>', 'ring', 'dots'];
const figure = {
  output_type: 'display_data',
  metadata: {},
  data: figureOutput(confusionFigure({ ...evaluation, classNames })),
};

test(
  'a page brings Plotly once, each figure as data with its picture, and asks nothing of the network',
  { skip },
  () => {
    const page = exported([figure, figure]);
    assert.equal(page.match(/^\* plotly\.js v\d/gm)?.length, 1);
    assert.equal(page.split(picture).length - 1, 2);
    const requested = /<(script|img|iframe|link)[^>]* (src|href)="?(https?:)?\/\/[^ >]*/.exec(page);
    assert.equal(requested, null);
    assert.ok(!page.includes('<script>alert'), 'a class name became a script');
    const json = /<script(?=[^>]* id="figures")[^>]*>(.*?)<\/script>/s.exec(page)?.[1] ?? '[]';
    const figures = JSON.parse(json) as { data: { x: string[] }[] }[];
    // Each place names its figure by its position in the list.
    const places = [...page.matchAll(/data-figure="(\d+)"/g)].map(([, at]) => figures[Number(at)]);
    assert.deepEqual(
      places.map(({ data }) => data[0].x),
      [classNames, classNames],
    );
  },
);

test('a page without figures goes without Plotly', { skip }, () => {
  const text = { output_type: 'stream', name: 'stdout', text: 'hello' };
  assert.ok(exported([text]).length < 1_000_000);
});

test("nbconvert's own template shows the picture", { skip }, () => {
  assert.ok(exported([figure], '--template', 'lab').includes(picture));
});
