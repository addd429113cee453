import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { readOptions } from '../../scripts/setup/options';
import { chooseFlavour, hasNvidiaCard, needSupportedPlatform } from '../../scripts/setup/platform';
import { requirements } from '../../scripts/setup/python-packages';
import { newFolder, write, writeProgram } from './fakes';

const nothing = '/nonexistent/choice.json';
const linuxX64 = process.platform === 'linux' && process.arch === 'x64';

test('options, then environment, then what was chosen before', () => {
  const remembered = write(path.join(newFolder(), 'choice.json'), '{"device":"cuda"}');
  assert.deepEqual(readOptions([], {}, nothing).choice, { device: 'auto' });
  assert.deepEqual(readOptions([], {}, remembered).choice, { device: 'cuda' });
  assert.deepEqual(readOptions([], { SETUP_DEVICE: 'cpu' }, remembered).choice, { device: 'cpu' });
  assert.deepEqual(readOptions(['--auto'], { SETUP_DEVICE: 'cpu' }, remembered).choice, { device: 'auto' });
  assert.equal(readOptions([], {}, remembered).chosenNow, false);
  assert.equal(readOptions(['--cpu'], {}, remembered).chosenNow, true);
});

test('a library of the user’s own is a choice too, and is remembered', () => {
  const options = readOptions([], { TFJS_LIBTENSORFLOW: '/opt/tf/' }, nothing);
  assert.deepEqual(options.choice, { device: 'auto', libtensorflow: '/opt/tf' });
  const remembered = write(path.join(newFolder(), 'choice.json'), JSON.stringify(options.choice));
  assert.deepEqual(readOptions([], {}, remembered).choice, options.choice);
  assert.deepEqual(readOptions(['--cpu'], {}, remembered).choice, { device: 'cpu' });
});

test('what contradicts or is unknown is refused in a sentence', () => {
  assert.throws(() => readOptions(['--cpu', '--cuda'], {}, nothing), /--cpu and --cuda exclude each other/);
  assert.throws(() => readOptions(['--gpu'], {}, nothing), /--gpu is not an option.*--help/);
  assert.throws(() => readOptions(['cpu'], {}, nothing), /cpu is not an option/);
  assert.throws(() => readOptions([], { SETUP_DEVICE: 'gpu' }, nothing), /SETUP_DEVICE is "gpu"/);
  assert.throws(
    () => readOptions(['--cuda'], { TFJS_LIBTENSORFLOW: '/opt/tf' }, nothing),
    /unset TFJS_LIBTENSORFLOW/,
  );
});

function system(...files: readonly string[]): string {
  const root = newFolder();
  for (const file of files) write(path.join(root, file), '');
  return `${root}/`;
}

test('an NVIDIA card is what programs can open', () => {
  const none = { PATH: newFolder() };
  assert.equal(hasNvidiaCard(none, system('dev/null')), false);
  assert.equal(hasNvidiaCard(none, system('dev/nvidia0')), true);
  // A container may be given the host's fourth card alone.
  assert.equal(hasNvidiaCard(none, system('dev/nvidia3')), true);
  assert.equal(hasNvidiaCard(none, system('dev/nvidiactl', 'dev/nvidia-uvm')), false);
  assert.equal(hasNvidiaCard(none, system('usr/lib/wsl/lib/libcuda.so.1')), true);
});

test('a loaded driver alone is no card: its tool has to find one', () => {
  const driver = system('proc/driver/nvidia/version');
  const working = newFolder();
  writeProgram(working, 'nvidia-smi', 'echo "GPU 0: a card"');
  const failing = newFolder();
  writeProgram(failing, 'nvidia-smi', 'echo "No devices were found"; exit 6');
  assert.equal(hasNvidiaCard({ PATH: newFolder() }, driver), false);
  assert.equal(hasNvidiaCard({ PATH: failing }, driver), false);
  assert.equal(hasNvidiaCard({ PATH: working }, driver), true);
});

test('the kind of TensorFlow follows the card, unless it was chosen', { skip: !linuxX64 }, () => {
  const card = () => true;
  const noCard = () => false;
  assert.equal(chooseFlavour({ device: 'auto' }, undefined, card), 'cuda');
  assert.equal(chooseFlavour({ device: 'auto' }, undefined, noCard), 'cpu');
  assert.equal(chooseFlavour({ device: 'cpu' }, 'cuda', card), 'cpu');
  assert.equal(chooseFlavour({ device: 'cuda' }, 'cpu', noCard), 'cuda');
  assert.equal(chooseFlavour({ device: 'auto', libtensorflow: '/opt/tf' }, 'cuda', card), 'none');
  // Gigabytes are not thrown away because a card is out of sight today.
  assert.equal(chooseFlavour({ device: 'auto' }, 'cuda', noCard), 'cuda');
  assert.equal(chooseFlavour({ device: 'auto' }, 'cpu', card), 'cuda');
});

test('systems without a TensorFlow are told so', () => {
  assert.throws(() => {
    needSupportedPlatform('win32', 'x64');
  }, /Windows.*WSL2/);
  assert.throws(() => {
    needSupportedPlatform('linux', 'ppc64');
  }, /linux on ppc64/);
  assert.throws(() => {
    needSupportedPlatform('darwin', 'x64');
  }, /darwin on x64/);
  assert.doesNotThrow(() => {
    needSupportedPlatform('linux', 'arm64');
  });
});

test('every requirement has an upper bound', () => {
  for (const flavour of ['none', 'cpu', 'cuda'] as const) {
    for (const requirement of requirements(flavour)) assert.match(requirement, /^\S+>=[\d.]+,<[\d.]+$/);
  }
  assert.ok(requirements('cpu', 'linux', 'x64').some((one) => one.startsWith('tensorflow-cpu>')));
  assert.ok(requirements('cpu', 'linux', 'arm64').some((one) => one.startsWith('tensorflow>')));
  assert.ok(!requirements('none').some((one) => one.startsWith('tensorflow')));
});
