import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { type Circumstances, type Probe, readProbe } from '../../lib/runtime/device';
import { describeOneDnn } from '../../lib/runtime/one-dnn';
import { readDeviceLog } from '../../lib/runtime/tensorflow-log';
import { newFolder, runToEnd, write } from './fakes';

/*
 * Lines in TensorFlow's formats. The phrases were taken from the strings in the libraries of TensorFlow 2.21's CUDA
 * build; those about libcuda and cuInit are as that build printed them on a machine without a driver.
 */
const prefix = 'I0000 00:00:1795493195.934560   18072';
const createdGpu =
  `${prefix} gpu_device.cc:2020] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 21770 MB memory: ` +
  ' -> device: 0, name: NVIDIA GeForce RTX 4090, pci bus id: 0000:01:00.0, compute capability: 8.9';
const createdSecond = createdGpu.replaceAll('GPU:0', 'GPU:1').replace('RTX 4090', 'RTX 3060, Laptop');
const notLoaded = (library: string) =>
  `${prefix} dso_loader.cc:144] Could not load dynamic library '${library}'; dlerror: ${library}: cannot open shared object file: No such file or directory`;
const cuInit =
  'E0000 00:00:1795493195.934609   18072 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)';
const ignored = `${prefix} gpu_device.cc:2306] Ignoring visible gpu device (device: 0, name: GeForce GTX 680, pci bus id: 0000:01:00.0, compute capability: 3.0) with Cuda compute capability 3.0. The minimum required Cuda capability is 6.0.`;
const notices = `${prefix} cpu_feature_guard.cc:227] This TensorFlow binary is optimized to use available CPU instructions`;

test('each GPU with its name, memory and compute capability', () => {
  const { gpus, missingLibraries, refusals } = readDeviceLog([notices, createdGpu, createdSecond].join('\n'));
  assert.deepEqual(gpus, [
    { name: 'NVIDIA GeForce RTX 4090', memoryMB: 21770, computeCapability: '8.9' },
    { name: 'NVIDIA GeForce RTX 3060, Laptop', memoryMB: 21770, computeCapability: '8.9' },
  ]);
  assert.deepEqual([...missingLibraries, ...refusals], []);
});

test('libraries that were not found, each once, and refusals in TensorFlow’s words', () => {
  const log = [
    notLoaded('libcudnn.so.9'),
    notLoaded('libcudnn.so.9'),
    notLoaded('libcublas.so.12'),
    cuInit,
    ignored,
  ];
  const { gpus, missingLibraries, refusals } = readDeviceLog(log.join('\n'));
  assert.deepEqual(gpus, []);
  assert.deepEqual(missingLibraries, ['libcudnn.so.9', 'libcublas.so.12']);
  assert.match(refusals[0], /^failed call to cuInit: INTERNAL: CUDA error/);
  assert.match(refusals[1], /^Ignoring visible gpu device .*minimum required Cuda capability is 6\.0\.$/);
});

const cuda: Circumstances = { flavour: 'cuda', cardPresent: true, env: {} };

/** The probe's conclusions from a log, for a process that worked. */
function conclude(log: readonly string[], circumstances: Circumstances, answer: object = {}) {
  const stdout = JSON.stringify({ right: true, version: '2.21.0', usesGpu: false, ...answer });
  return readProbe({ code: 0, signal: null, stdout: `${stdout}\n`, stderr: log.join('\n') }, circumstances);
}

test('the reason for having no GPU is the first one in the chain', () => {
  const why = (log: readonly string[], circumstances: Circumstances) =>
    conclude(log, circumstances).whyNoGpu ?? '';
  assert.match(
    why([], { ...cuda, flavour: 'cpu' }),
    /build for the CPU is installed.*npm run setup -- --cuda/,
  );
  assert.match(why([], { ...cuda, flavour: 'cpu', cardPresent: false }), /shows no NVIDIA card/);
  assert.match(
    why([cuInit], { ...cuda, env: { CUDA_VISIBLE_DEVICES: '-1' } }),
    /CUDA_VISIBLE_DEVICES is "-1"/,
  );
  assert.match(why([notLoaded('libcuda.so.1'), cuInit], cuda), /driver is not installed: libcuda\.so\.1/);
  assert.match(why([notLoaded('libcudnn.so.9')], cuda), /not found: libcudnn\.so\.9;.*--rebuild/);
  assert.match(why([cuInit], cuda), /TensorFlow says: failed call to cuInit/);
  assert.match(why([ignored], cuda), /minimum required Cuda capability/);
  assert.match(why([notices], { ...cuda, cardPresent: false }), /shows no NVIDIA card/);
});

test('a GPU in use needs no reason', () => {
  const probe = conclude([createdGpu], cuda, { usesGpu: true });
  assert.equal(probe.works, true);
  assert.equal(probe.device, 'GPU');
  assert.equal(probe.gpus.length, 1);
  assert.equal(probe.whyNoGpu, undefined);
});

test('whether oneDNN is on is taken from the log, and who decided from the environment', () => {
  const on = `${prefix} port.cc:153] oneDNN custom operations are on. You may see slightly different numerical results`;
  const told = (log: string, setting?: string) => {
    const { oneDnn } = conclude([log], { ...cuda, env: { TF_ENABLE_ONEDNN_OPTS: setting } });
    assert.ok(oneDnn);
    return describeOneDnn(oneDnn);
  };
  assert.match(told(on), /^on, by this project’s default$/);
  assert.match(told(on, '1'), /^on, since TF_ENABLE_ONEDNN_OPTS is "1"$/);
  assert.match(told('', '0'), /^off, since TF_ENABLE_ONEDNN_OPTS is "0": training is slower/);
  // Some builds are without oneDNN and ignore the variable; a value that means nothing leaves it to TensorFlow.
  assert.match(told(''), /^off: this build of TensorFlow is without it/);
  assert.match(told('', '1'), /^off: this build of TensorFlow is without it/);
  assert.match(told(on, 'yes'), /^on, as TensorFlow chose for this CPU: .*"yes", which is neither 0 nor 1$/);
});

test('wrong values, a failed load and a killed process each mean that it does not work', () => {
  const wrong = conclude([], cuda, { right: false });
  assert.equal(wrong.works, false);
  assert.match(wrong.problem ?? '', /wrong values/);

  const failed = (code: number | null, signal: string | null, stderr: string) =>
    readProbe({ code, signal, stdout: '', stderr }, cuda);
  const load = failed(
    1,
    null,
    'stack\nError: libtensorflow_cc.so.2: cannot open shared object file\n    at x',
  );
  assert.equal(load.works, false);
  assert.match(load.problem ?? '', /libtensorflow_cc\.so\.2: cannot open.*npm run setup/);
  assert.match(failed(null, 'SIGILL', '').problem ?? '', /lacks instructions \(AVX\)/);
  assert.match(failed(null, 'SIGSEGV', notices).problem ?? '', /was ended by SIGSEGV/);
  assert.equal(failed(0, null, '').works, false);
});

const doctor = ['-r', './scripts/setup/register-ts.js', 'scripts/doctor.ts', '--json'];

interface JsonReport {
  readonly node: string;
  readonly ok: boolean;
  readonly tensorflow: Probe;
  readonly dataset: string;
}

test('the doctor runs the convolution and ends with 0', async () => {
  const { code, stdout, stderr } = await runToEnd(process.execPath, doctor, process.env);
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout) as JsonReport;
  assert.equal(report.node, process.versions.node);
  assert.equal(report.ok, true);
  assert.match(report.tensorflow.version ?? '', /^2\.\d+\.\d+/);
  assert.match(report.tensorflow.device, /^(CPU|GPU)$/);
});

test('the doctor says who turned oneDNN on or off', async () => {
  const oneDnn = async (setting?: string): Promise<unknown> => {
    const env = { ...process.env, TF_ENABLE_ONEDNN_OPTS: setting };
    const { stdout } = await runToEnd(process.execPath, doctor, env);
    return (JSON.parse(stdout) as JsonReport).tensorflow.oneDnn;
  };
  assert.deepEqual(await oneDnn('0'), { on: false, decidedBy: 'environment', setting: '0' });
  assert.deepEqual(await oneDnn(), { on: true, decidedBy: 'default' });
});

test('where TensorFlow can’t be loaded, the doctor reports all else and ends with 1', async () => {
  const broken = write(
    path.join(newFolder(), 'break.js'),
    `const { Module } = require('node:module');
     const load = Module._load;
     Module._load = function (name, ...rest) {
       if (name === '@tensorflow/tfjs-node-gpu') throw new Error('no such library');
       return load.call(this, name, ...rest);
     };`,
  );
  const env = { ...process.env, NODE_OPTIONS: `-r ${broken}`, CIFAR10_DIR: '/nonexistent' };
  const { code, stdout } = await runToEnd(process.execPath, doctor, env);
  assert.equal(code, 1);
  const report = JSON.parse(stdout) as JsonReport;
  assert.equal(report.ok, false);
  assert.equal(report.tensorflow.device, 'none');
  assert.match(report.dataset, /CIFAR10_DIR is "\/nonexistent"/);
});
