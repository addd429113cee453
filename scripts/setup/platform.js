'use strict';
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const { SetupError, findOnPath } = require('./errors');

/** @typedef {import('./python-packages').Flavour} Flavour */

/**
 * Throws on systems for which TensorFlow's wheels have no library to link.
 * @param {NodeJS.Platform} [platform]
 * @param {string} [arch]
 */
function needSupportedPlatform(platform = process.platform, arch = process.arch) {
  if (platform === 'win32') {
    throw new SetupError(
      'This is Windows, for which TensorFlow ships no library that Node can link: clone the project inside WSL2 ' +
        '(in PowerShell: wsl --install) and run there: npm run setup',
    );
  }
  const known = platform === 'linux' ? ['x64', 'arm64'] : platform === 'darwin' ? ['arm64'] : [];
  if (!known.includes(arch)) {
    throw new SetupError(
      `This is ${platform} on ${arch}, for which TensorFlow has no build: ` +
        'use Linux on x86-64 or arm64, or macOS on arm64 (untested), and run there: npm run setup',
    );
  }
}

/**
 * Whether an NVIDIA card can be used here. A loaded driver is not enough: a container sees its host's
 * /proc/driver/nvidia without having been given a card. A program opens device files; the driver's own tool
 * creates them on first use.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [fsRoot] '/' except in tests
 */
function hasNvidiaCard(env, fsRoot = '/') {
  if (fs.existsSync(`${fsRoot}usr/lib/wsl/lib/libcuda.so.1`)) return true;
  const devices = fs.existsSync(`${fsRoot}dev`) ? fs.readdirSync(`${fsRoot}dev`) : [];
  if (devices.some((name) => /^nvidia\d+$/.test(name))) return true;
  if (!fs.existsSync(`${fsRoot}proc/driver/nvidia/version`)) return false;
  const tool = findOnPath('nvidia-smi', env);
  return tool !== undefined && spawnSync(tool, ['-L'], { timeout: 10_000 }).status === 0;
}

/**
 * Which TensorFlow to install.
 * @param {{ device: 'auto' | 'cpu' | 'cuda', libtensorflow?: string }} choice
 * @param {Flavour | undefined} installed what a finished earlier set-up installed
 * @param {() => boolean} cardPresent
 * @returns {Flavour}
 */
function chooseFlavour(choice, installed, cardPresent) {
  if (choice.libtensorflow !== undefined) return 'none';
  const canCuda = process.platform === 'linux' && process.arch === 'x64';
  if (choice.device === 'cuda' && !canCuda) {
    throw new SetupError(
      `TensorFlow's CUDA build exists for Linux on x86-64 alone, and this is ${process.platform} on ${process.arch}: ` +
        'run: npm run setup -- --cpu',
    );
  }
  if (choice.device !== 'auto') return choice.device;
  // The CUDA build runs without a card as well, so a card that is gone for a day costs no new download.
  if (installed === 'cuda') return 'cuda';
  return canCuda && cardPresent() ? 'cuda' : 'cpu';
}

module.exports = { needSupportedPlatform, hasNvidiaCard, chooseFlavour };
