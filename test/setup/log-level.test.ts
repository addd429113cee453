/**
 * What the addon leaves out of TensorFlow's log: cuInit's complaint on a machine without a card, and nothing else. A
 * program with the addon's part for it writes messages with the Abseil of TensorFlow.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { findCompiler } from '../../scripts/setup/addon';
import { wheelTensorFlow } from '../../scripts/setup/tensorflow';
import { newFolder, projectRoot, write } from './fakes';

const program = `
#include "absl/log/log.h"
int main(int, char** arguments) {
  LOG(ERROR) << arguments[1];
  LOG(WARNING) << "a warning";
}
`;

const tensorflow = wheelTensorFlow(projectRoot);
const skip = process.platform === 'linux' && tensorflow ? false : 'no TensorFlow of a wheel for Linux';

function compile(): string {
  const folder = newFolder();
  const binary = path.join(folder, 'messages');
  const [compiler, ...args] = findCompiler(process.env);
  const { include, libraries, folders } = tensorflow!;
  const { status, stderr } = spawnSync(
    compiler,
    [
      ...args,
      ...['-std=c++17', '-w', `-I${include}`, write(path.join(folder, 'messages.cc'), program)],
      ...[path.join(projectRoot, 'scripts', 'setup', 'log_level.cc'), '-rdynamic', '-o', binary],
      ...[libraries[1], ...folders.map((each) => `-Wl,-rpath,${each}`)],
    ],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  return binary;
}

test(
  'cuInit’s complaint is left out without a card, at the level of errors, and other errors never',
  { skip },
  () => {
    const binary = compile();
    // In a program, unlike in the addon, the libraries speak before the level is applied.
    const said = (message: string, level: string): string =>
      spawnSync(binary, [message], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: level }, encoding: 'utf8' })
        .stderr.split('\n')
        .filter((line) => line.includes('messages.cc'))
        .join('\n');
    const card = fs.readdirSync('/dev').some((name) => name.startsWith('nvidia') || name === 'dxg');
    const complaint = 'failed call to cuInit: UNKNOWN ERROR (303)';

    assert.match(said('something else', '2'), /^E.*something else$/);
    if (card) assert.ok(said(complaint, '2').includes(complaint));
    else assert.equal(said(complaint, '2'), '');

    const all = said(complaint, '0');
    assert.ok(all.includes(complaint) && all.includes('a warning'), all);
  },
);
