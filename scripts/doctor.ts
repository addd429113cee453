/** `npm run doctor`: what is installed, and whether it works. The exit code is 0 only if it does. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { compareDevices, describeStepTimes } from '../lib/bench/devices';
import { findBatches, hasBatches } from '../lib/data/cifar10';
import { batchBytes, batchesFolder, officialRelease, testFile, trainFiles } from '../lib/data/release';
import { setting } from '../lib/data/settings';
import { runCommand } from '../lib/runtime/command';
import { type Probe, probeTensorFlow } from '../lib/runtime/device';
import { UserError } from '../lib/runtime/errors';
import { describeOneDnn } from '../lib/runtime/one-dnn';
import { dataDir, projectRoot, venvDir } from '../lib/runtime/paths';
import { findCircumstances } from './circumstances';
import { whyRegister } from './setup/kernel';
import { readVenv } from './setup/venv';

const usage = `Usage: npm run doctor [-- --json]

Says what is installed, which device TensorFlow runs on, why not on a GPU, and whether oneDNN is on, and runs a small
convolution with its gradients. Where there is a GPU, it also times a training step of a small network there and on the
CPU. Ends with 0 only if the convolution gave the right values.`;

interface Report {
  readonly node: string;
  readonly tensorflow: Probe;
  /** What .venv contains: its kind of TensorFlow, or that set-up has not finished. */
  readonly installed: string;
  /** Which device trains a small network faster; missing without a GPU. */
  readonly step?: string;
  readonly kernel: string;
  readonly dataset: string;
  readonly freeDiskGB: number;
  readonly ok: boolean;
}

function describeKernel(): string {
  if (!fs.existsSync(venvDir)) return 'not registered, since there is no .venv; run: npm run setup';
  const why = whyRegister(projectRoot);
  return why === '' ? 'registered in .venv' : `needs registering again (${why}); run: npm run setup`;
}

function describeDataset(): string {
  try {
    const named = setting(process.env, 'CIFAR10_DIR');
    const own = path.join(dataDir, batchesFolder);
    if (named !== undefined) return describeBatches(findBatches(named, 'CIFAR10_DIR'));
    if (hasBatches(own)) return describeBatches(own);
    return 'CIFAR-10 is not in data/ yet; to fetch it (170 MB), run: npm run data -- fetch';
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function describeBatches(folder: string): string {
  const size = batchBytes(officialRelease);
  const incomplete = [...trainFiles, testFile].filter(
    (file) => fs.statSync(path.join(folder, file), { throwIfNoEntry: false })?.size !== size,
  );
  if (incomplete.length === 0) return `CIFAR-10 in ${folder}`;
  return `CIFAR-10 in ${folder} is incomplete (${incomplete.join(', ')}): run: npm run data -- verify`;
}

function describeInstalled(venv: ReturnType<typeof readVenv>): string {
  if (!venv) return 'set-up has not finished here; run: npm run setup';
  return {
    cpu: 'TensorFlow for the CPU in .venv',
    cuda: 'TensorFlow with CUDA in .venv',
    none: 'a libtensorflow of your own',
  }[venv.flavour];
}

function freeDiskGB(): number {
  const { bavail, bsize } = fs.statfsSync(projectRoot);
  return Number(((bavail * bsize) / 1e9).toFixed(1));
}

async function describeStep(tensorflow: Probe): Promise<string | undefined> {
  try {
    const times = await compareDevices(tensorflow);
    return times && describeStepTimes(times);
  } catch (error) {
    if (error instanceof UserError) return `could not be timed. ${error.message}`;
    throw error;
  }
}

async function examine(): Promise<Report> {
  const venv = readVenv(projectRoot);
  const tensorflow = await probeTensorFlow(findCircumstances());
  return {
    node: process.versions.node,
    tensorflow,
    installed: describeInstalled(venv),
    step: await describeStep(tensorflow),
    kernel: describeKernel(),
    dataset: describeDataset(),
    freeDiskGB: freeDiskGB(),
    ok: tensorflow.works,
  };
}

function describeDevice({ device, gpus, whyNoGpu }: Probe): string[] {
  if (device === 'none') return ['none'];
  if (device === 'CPU') return [`the CPU; no GPU, since ${whyNoGpu}`];
  if (gpus.length === 0) return ['a GPU, about which TensorFlow’s log says nothing'];
  return gpus.map(
    ({ name, memoryMB, computeCapability }) =>
      `${name}, ${(memoryMB / 1024).toFixed(1)} GiB for TensorFlow, compute capability ${computeCapability}`,
  );
}

function format(report: Report): string {
  const { tensorflow } = report;
  const rows: (readonly [string, string])[] = [
    ['Node', report.node],
    ['Installed', report.installed],
    ['TensorFlow', tensorflow.version ?? 'does not run'],
    ...describeDevice(tensorflow).map((line) => ['Device', line] as const),
    ...(tensorflow.oneDnn ? [['oneDNN', describeOneDnn(tensorflow.oneDnn)] as const] : []),
    ...(report.step === undefined ? [] : [['Step', report.step] as const]),
    ['Kernel', report.kernel],
    ['Dataset', report.dataset],
    ['Free disk', `${report.freeDiskGB} GB`],
  ];
  const verdict = tensorflow.problem ?? 'A convolution and its gradients ran and gave the right values.';
  return [...rows.map(([name, value]) => `${name.padEnd(11)} ${value}`), '', verdict].join('\n');
}

runCommand(async (args) => {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const unknown = args.find((arg) => arg !== '--json');
  if (unknown !== undefined) throw new UserError(`${unknown} is not an option of the doctor.\n\n${usage}`);
  const report = await examine();
  console.log(args.includes('--json') ? JSON.stringify(report, null, 2) : format(report));
  return report.ok ? 0 : 1;
});
