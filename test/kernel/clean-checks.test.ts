/** A check of the project's files that found nothing is not done again in the next kernel; any other one is. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import * as ts from 'typescript';
import { CleanChecks, digestOfCheck } from '../../lib/kernel/clean-checks';
import { ProjectFiles, type Builder } from '../../lib/kernel/project-files';

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'clean-checks-')));
after(() => {
  fs.rmSync(root, { recursive: true });
});
const [used, user, cell] = ['used.ts', 'user.ts', 'cell.ts'].map((name) => path.join(root, name));
const good = 'export const size: number = 3;\n';
fs.writeFileSync(user, "import { size } from './used';\nexport const twice: number = 2 * size;\n");
fs.writeFileSync(cell, "import { twice } from './user';\ntwice;\n");

/** What a new kernel says of the files, and how many of them it checks for that. */
function check(): { messages: string[]; checked: number } {
  const files = new ProjectFiles(ts, root);
  let builder: Builder | undefined;
  const host = ts.createWatchCompilerHost(
    [cell],
    { strict: true, noEmit: true, types: [] },
    { ...ts.sys, watchFile: (file, callback) => files.watch(file, callback) },
    ts.createEmitAndSemanticDiagnosticsBuilderProgram,
    () => undefined,
    () => undefined,
  );
  host.afterProgramCreate = (made) => (builder = made);
  const watch = ts.createWatchProgram(host);
  assert.ok(builder);
  let checked = 0;
  const counting = Object.assign(Object.create(builder) as Builder, {
    getSemanticDiagnostics: (file: ts.SourceFile) => {
      checked++;
      return builder!.getSemanticDiagnostics(file);
    },
  });
  const messages = files.problems(counting, builder.getSourceFile(cell)!).map(({ message }) => message);
  watch.close();
  return { messages, checked };
}

test('what was found clean is not checked again, until a file changes; errors are found every time', () => {
  fs.writeFileSync(used, good);
  assert.deepEqual(check(), { messages: [], checked: 3 });
  assert.deepEqual(check(), { messages: [], checked: 0 });
  // The file that is wrong now has not changed itself.
  fs.writeFileSync(used, "export const size: string = '3';\n");
  for (let i = 0; i < 2; i++) {
    const { messages, checked } = check();
    assert.equal(messages.length, 1);
    assert.match(messages[0], /arithmetic operation/);
    assert.equal(checked, 3);
  }
  fs.writeFileSync(used, good);
  assert.deepEqual(check(), { messages: [], checked: 0 });
});

test('other settings, another TypeScript and another file make another check', () => {
  const file = (fileName: string, version?: string) => ({ fileName, version }) as unknown as ts.SourceFile;
  const [a, b] = [file('/a.ts', '1'), file('/b.ts', '1')];
  const digests = [
    digestOfCheck([a, b], { strict: true }, '5.0'),
    digestOfCheck([a, b], { strict: false }, '5.0'),
    digestOfCheck([a, b], { strict: true }, '5.1'),
    digestOfCheck([a, file('/b.ts', '2')], { strict: true }, '5.0'),
    digestOfCheck([a], { strict: true }, '5.0'),
  ];
  assert.equal(new Set(digests).size, digests.length);
  assert.equal(digestOfCheck([a, file('/c.ts')], {}, '5.0'), undefined);
});

test('a folder that cannot be written to is no error; old entries go', () => {
  const folder = path.join(root, 'other');
  const checks = new CleanChecks(folder);
  for (let i = 0; i < 105; i++) checks.add(`digest${i}`);
  assert.ok(checks.has('digest104'));
  const kept = fs.readdirSync(path.join(folder, 'node_modules', '.cache', 'clean-checks'));
  assert.equal(kept.length, 100);
  fs.writeFileSync(path.join(root, 'file'), '');
  const broken = new CleanChecks(path.join(root, 'file'));
  broken.add('digest');
  assert.ok(!broken.has('digest'));
});
