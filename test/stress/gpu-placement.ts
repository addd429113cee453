/**
 * TensorFlow's own placer and Grappler, on a machine that it takes for one with a GPU: which tensors a training step
 * copies between the host and the card, and what runs on the CPU. Holds test/graph/gpu-placement.ts, which works the same
 * out from the list of kernels, against it. `npm run stress:gpu`; two minutes, and a download of 0.6 GB the first time.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { encodeSavedModel } from '../../lib/graph/saved-model';
import { signature } from '../../lib/graph/signatures';
import { cudaWheel } from '../../scripts/gpu/wheel';
import { findCompiler } from '../../scripts/setup/addon';
import { place, type Placement } from '../graph/gpu-placement';
import { forEachTrainingGraph } from '../graph/training-graphs';

/** Names of what is copied to the card and to the host, and of the nodes on the CPU. */
interface Found {
  readonly device: Set<string>;
  readonly host: Set<string>;
  readonly cpu: Set<string>;
}

const wheel = cudaWheel();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gpu-placement-'));
try {
  const graphs = writeGraphs();
  const files = graphs.map(({ file }) => file);
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' };
  const output = execFileSync(compile(), [signature.train, ...files], {
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  console.log(`TensorFlow ${wheel.version}; copies of a step to the card + back, nodes on the CPU`);
  graphs.forEach(({ name, placement }, i) => {
    const [placed, optimised] = ['placed', 'optimised'].map((stage) => read(output, stage, i));
    const text = ({ device, host, cpu }: Found): string => `${device.size} + ${host.size}, ${cpu.size}`;
    console.log(`${name.padEnd(32)} ${text(placed).padEnd(12)} after Grappler ${text(optimised)}`);
    assert.deepEqual(foundBy(placement), placed, `${name}: the test's own placement differs`);
    for (const kind of ['device', 'host', 'cpu'] as const) {
      const more = [...optimised[kind]].filter((each) => !placed[kind].has(each));
      assert.deepEqual(more, [], `${name}: Grappler adds`);
    }
  });
} finally {
  fs.rmSync(folder, { recursive: true });
}

function writeGraphs(): { name: string; file: string; placement: Placement }[] {
  const written: { name: string; file: string; placement: Placement }[] = [];
  forEachTrainingGraph((name, { graph }) => {
    const file = path.join(folder, `${written.length}.pb`);
    fs.writeFileSync(file, encodeSavedModel(graph));
    written.push({ name, file, placement: place(graph, graph.signatures.get(signature.train)!) });
  });
  return written;
}

/** @returns the program */
function compile(): string {
  const tensorflow = path.join(wheel.folder, 'tensorflow');
  const program = path.join(folder, 'gpu-placement');
  const [compiler, ...first] = findCompiler(process.env);
  // As TensorFlow itself is compiled: its classes are laid out by these.
  const flags = ['-O1', '-DNDEBUG', '-DEIGEN_MAX_ALIGN_BYTES=64', '-std=c++17', '-w'];
  const libraries = ['cc', 'framework'].map((name) => path.join(tensorflow, `libtensorflow_${name}.so.2`));
  const link = ['-Wl,--no-as-needed', ...libraries, `-Wl,-rpath,${tensorflow}`];
  const source = path.join(__dirname, 'gpu-placement.cc');
  const args = [...first, ...flags, `-I${path.join(tensorflow, 'include')}`, source, '-o', program, ...link];
  execFileSync(compiler, args, { stdio: 'inherit' });
  return program;
}

function read(output: string, stage: string, graph: number): Found {
  const found: Found = { device: new Set(), host: new Set(), cpu: new Set() };
  for (const line of output.trim().split('\n')) {
    const [of, kind, name, number] = line.split(' ');
    // A feed is called `_arg_NAME_0_1`; nodes that wait for another device's `NAME/ctrl/_2`.
    const plain = name.replace(/^_arg_(.+)_\d+_\d+$/, '$1');
    if (of === stage && Number(number) === graph && !plain.includes('/ctrl/_'))
      found[kind as keyof Found].add(plain);
  }
  return found;
}

function foundBy({ toDevice, inMiddle, back, onCpu }: Placement): Found {
  const sources = (copies: readonly { from: string }[]): Set<string> =>
    new Set(copies.map(({ from }) => from.replace(/^\^|:\d+$/g, '')));
  return {
    device: sources(toDevice),
    host: sources([...inMiddle, ...back]),
    cpu: new Set(onCpu.map(({ name }) => name)),
  };
}
