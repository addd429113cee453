/** Keras's answers to questions about networks, computed once for all by scripts/keras/reference.py. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { NetworkName } from '../../lib/models';
import { readNpz } from '../../lib/models/weights/npz';
import { projectRoot, venvDir } from '../../lib/runtime/paths';

export interface Case {
  readonly id: string;
  readonly network: NetworkName;
  readonly options: object;
}

/** A layer's name, class, output shape and parameters. */
export type Row = readonly [string, string, readonly number[], number];

/** A model as Keras describes it. */
export interface KerasModel {
  readonly rows: readonly Row[];
  readonly total: number;
  readonly trainable: number;
  readonly nonTrainable: number;
}

const python = path.join(venvDir, 'bin', 'python');

/** Why there is no Keras to ask, as `skip` takes it; false if there is one. */
export const withoutKeras = hasKeras() ? false : 'no Keras in .venv: npm run setup installs it';

function hasKeras(): boolean {
  const libraries = path.join(venvDir, 'lib');
  if (!fs.existsSync(python) || !fs.existsSync(libraries)) return false;
  return fs.readdirSync(libraries).some((version) => {
    return fs.existsSync(path.join(libraries, version, 'site-packages', 'keras'));
  });
}

/** Answers of one of the scripts in scripts/keras, which all take cases and write files. */
export class KerasReference<C extends { readonly id: string } = Case> {
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'keras-reference-'));
  readonly #script: string;
  readonly #oneDnn: boolean;

  /**
   * @param oneDnn Whether Keras may use oneDNN. Not for 1×1 convolutions with strides and few channels, whose gradient
   *   writes past the end of its memory there (https://github.com/uxlfoundation/oneDNN/issues/6035): the engine avoids
   *   that (see `kernelGradient`), Keras does not.
   */
  constructor(script = 'reference.py', { oneDnn = true } = {}) {
    this.#script = script;
    this.#oneDnn = oneDnn;
  }

  /** Runs all cases in one Python process. */
  async run(cases: readonly C[]): Promise<void> {
    const script = path.join(projectRoot, 'scripts', 'keras', this.#script);
    const env = this.#oneDnn ? process.env : { ...process.env, TF_ENABLE_ONEDNN_OPTS: '0' };
    const child = spawn(python, [script, this.#folder], { env, stdio: ['pipe', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    child.stdin.end(JSON.stringify(cases));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`${this.#script} ended with ${String(code)}:\n${errors}`);
  }

  model(id: string): KerasModel {
    return JSON.parse(fs.readFileSync(path.join(this.#folder, `${id}.json`), 'utf8')) as KerasModel;
  }

  /** The file that holds the weights before the step. */
  weightsFile(id: string): string {
    return path.join(this.#folder, `${id}-weights.npz`);
  }

  /** The weights before the step, in Keras's order. */
  weights(id: string): ReturnType<typeof readNpz> {
    return readNpz(this.weightsFile(id));
  }

  /** What went into a training step, and what came out. */
  step(id: string): ReturnType<typeof readNpz> {
    return readNpz(path.join(this.#folder, `${id}-step.npz`));
  }

  /** What training.py says of a run. */
  training(id: string): ReturnType<typeof readNpz> {
    return readNpz(path.join(this.#folder, `${id}-run.npz`));
  }

  dispose(): void {
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
