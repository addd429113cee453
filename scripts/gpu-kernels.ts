/** `npm run gpu-kernels`: writes the list of TensorFlow's kernels for GPUs that the tests hold the graphs against. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '../lib/runtime/command';
import { projectRoot, shownPath } from '../lib/runtime/paths';
import { cudaWheel, runWithWheel } from './gpu/wheel';

const list = path.join(projectRoot, 'test', 'graph', 'gpu-kernels.json');

const usage = `Usage: npm run gpu-kernels

Downloads TensorFlow with CUDA (0.6 GB, unpacked 2 GB) and writes the list of its kernels for GPUs,
${shownPath(list)}, that the tests hold the graphs against. It takes no arguments.`;

runCommand((args) => {
  const help = { type: 'boolean', default: false } as const;
  if (parseArgs({ args: [...args], options: { help } }).values.help) {
    console.log(usage);
    return Promise.resolve(undefined);
  }
  const wheel = cudaWheel();
  fs.writeFileSync(
    list,
    runWithWheel(wheel, [path.join(__dirname, 'gpu', 'kernels.py'), 'npm run gpu-kernels']),
  );
  console.log(`${shownPath(list)}: the kernels of TensorFlow ${wheel.version}`);
  return Promise.resolve(undefined);
});
