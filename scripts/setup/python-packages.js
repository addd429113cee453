'use strict';
/**
 * The packages of .venv. Each range has an upper bound: a clone set up next year gets the tested versions with their
 * fixes, not the next major version.
 */

const TENSORFLOW_RANGE = '>=2.19,<2.22';

/** For every set-up. */
const COMMON = [
  'jupyterlab>=4.4,<5',
  'nbconvert>=7.16,<8',
  'nbclient>=0.10,<1',
  // Jupyter's own. From 4.25 on it checks addresses by a grammar that takes a second to load, in every Python that
  // opens a notebook: a page took 4.0 s instead of 2.3, the import of nbclient 1.7 s instead of 0.5.
  'jsonschema>=4.18,<4.25',
  // Batch runs by the tool that many know; scripts/setup/papermill teaches it TypeScript. About 0.3 MB.
  'papermill>=2.6,<3',
  // Sanitises what cells wrote, for pages.
  'nh3>=0.3,<0.4',
  // Runs on several machines: the scheduler, its workers, and the keys of the connections between them. About 8 MB.
  'distributed>=2026.1,<2027',
  'cryptography>=45,<51',
  // Brings the JupyterLab extension that draws application/vnd.plotly.v1+json.
  'plotly>=7,<8',
  // The tests' check of the kernel against Jupyter's protocol.
  'jupyter_kernel_test>=0.7,<1',
  // TensorFlow 2.21 no longer brings it. About 20 MB.
  `tensorboard${TENSORFLOW_RANGE}`,
];

/** The Pythons that every TensorFlow of the range has wheels for, from the oldest to the newest. */
const PYTHONS = { oldest: [3, 10], newest: [3, 13] };

/**
 * What each costs: download, space on disk, and in GB the room needed while pip unpacks. Measured on x86-64 Linux
 * with TensorFlow 2.21, the CUDA download as the sum of the wheels' sizes.
 */
const COSTS = {
  none: { download: '90 MB', disk: '0.3 GB', room: 1 },
  cpu: { download: '400 MB', disk: '1.7 GB', room: 2.5 },
  cuda: { download: '3.4 GB', disk: '7 GB', room: 10 },
};

/** @typedef {'cpu' | 'cuda' | 'none'} Flavour which TensorFlow .venv holds; none: the user brings a library */

/**
 * @param {Flavour} flavour
 * @param {NodeJS.Platform} [platform]
 * @param {string} [arch]
 * @returns {string[]} requirements as pip takes them
 */
function requirements(flavour, platform = process.platform, arch = process.arch) {
  if (flavour === 'none') return COMMON;
  if (flavour === 'cuda') return [...COMMON, `tensorflow[and-cuda]${TENSORFLOW_RANGE}`];
  // The smaller wheel is made for x86-64 Linux alone; elsewhere `tensorflow` itself is for the CPU.
  const name = platform === 'linux' && arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow';
  return [...COMMON, name + TENSORFLOW_RANGE];
}

module.exports = { requirements, PYTHONS, COSTS };
