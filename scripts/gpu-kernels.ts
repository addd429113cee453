/** `npm run gpu-kernels`: writes the list of TensorFlow's kernels for GPUs that the tests hold the graphs against. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { runCommand } from '../lib/runtime/command';
import { projectRoot, shownPath } from '../lib/runtime/paths';
import { cudaWheel, runWithWheel } from './gpu/wheel';

const list = path.join(projectRoot, 'test', 'graph', 'gpu-kernels.json');

runCommand(() => {
  const wheel = cudaWheel();
  fs.writeFileSync(
    list,
    runWithWheel(wheel, [path.join(__dirname, 'gpu', 'kernels.py'), 'npm run gpu-kernels']),
  );
  console.log(`${shownPath(list)}: the kernels of TensorFlow ${wheel.version}`);
  return Promise.resolve(undefined);
});
