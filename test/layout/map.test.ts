/** The map of lib in .dependency-cruiser.cjs, held against small trees that keep to it or break it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../lib/runtime/paths';

const config = path.join(projectRoot, '.dependency-cruiser.cjs');
const depcruise = path.join(projectRoot, 'node_modules', '.bin', 'depcruise');

/** What the check says of a `lib` that holds these files, each importing the files named for it. */
function check(files: Readonly<Record<string, readonly string[]>>): { code: number | null; output: string } {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'map-'));
  try {
    fs.writeFileSync(path.join(root, 'tsconfig.json'), '{}');
    for (const [name, imported] of Object.entries(files)) {
      const file = path.join(root, 'lib', name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      const lines = imported.map((other, i) => {
        const from = path.relative(path.dirname(file), path.join(root, 'lib', other)).replace(/\.ts$/, '');
        return `import type { T as T${i} } from '${from.startsWith('.') ? from : `./${from}`}';`;
      });
      fs.writeFileSync(file, [...lines, 'export type T = number;', ''].join('\n'));
    }
    const { status, stdout, stderr } = spawnSync(depcruise, ['lib', '--config', config], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    return { code: status, output: stdout + stderr };
  } finally {
    fs.rmSync(root, { recursive: true });
  }
}

test('rooms may use the floors below', () => {
  const { code, output } = check({
    'show/figure.ts': ['models/vgg16.ts', 'train/train.ts'],
    'train/train.ts': ['graph/graph.ts', 'runtime/errors.ts'],
    'graph/graph.ts': ['models/vgg16.ts'],
    'models/vgg16.ts': ['runtime/errors.ts'],
    'runtime/errors.ts': [],
  });
  assert.equal(code, 0, output);
});

test('an import that goes up, sideways, round in a circle or to a room without a floor is an error', () => {
  const { code, output } = check({
    'models/vgg16.ts': ['show/figure.ts'],
    'show/figure.ts': [],
    'graph/graph.ts': ['runs/history.ts'],
    'runs/history.ts': [],
    'train/loop.ts': ['train/engine.ts'],
    'train/engine.ts': ['train/loop.ts'],
    'evaluate/measure.ts': ['attic/old.ts'],
    'attic/old.ts': [],
  });
  assert.notEqual(code, 0);
  assert.match(output, /models-stays-on-its-floor: lib\/models\/vgg16\.ts . lib\/show\/figure\.ts/);
  assert.match(output, /graph-stays-on-its-floor: lib\/graph\/graph\.ts . lib\/runs\/history\.ts/);
  assert.match(output, /no-circles: lib\/train\/engine\.ts/);
  assert.match(output, /every-room-used-has-a-floor: lib\/evaluate\/measure\.ts . lib\/attic\/old\.ts/);
});
