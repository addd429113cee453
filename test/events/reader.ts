/** What TensorBoard's own reader finds in event files. */
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { venvDir } from '../../lib/runtime/paths';
import { pythonEnvironment } from '../../scripts/setup/command';

export interface Found {
  /** By their tags: pairs of the step and the value. */
  readonly scalars: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  /** Pairs of the step and the rows: left edge, right edge, number of values. */
  readonly histograms: Readonly<Record<string, readonly (readonly [number, number[][]])[]>>;
  readonly images: Readonly<Record<string, readonly FoundImage[]>>;
  readonly graph: readonly {
    readonly name: string;
    readonly op: string;
    readonly inputs: readonly string[];
    readonly shape: readonly number[];
  }[];
  readonly hyperparameters: { readonly group: string; readonly values: Record<string, unknown> } | null;
  readonly ended: boolean;
}

export interface FoundImage {
  readonly step: number;
  readonly width: number;
  readonly height: number;
  /** The file's bytes in hexadecimal. */
  readonly png: string;
}

/** @returns what is in each folder below, by its path from there */
export function readAll(folder: string): Readonly<Record<string, Found>> {
  return JSON.parse(python('read.py', [folder])) as Record<string, Found>;
}

/** Histograms as TensorBoard makes them: rows of left edge, right edge and count. */
export function tensorBoardBuckets(lists: readonly (readonly number[])[]): number[][][] {
  return JSON.parse(python('buckets.py', [], JSON.stringify(lists))) as number[][][];
}

function python(script: string, args: readonly string[], input = ''): string {
  return execFileSync(path.join(venvDir, 'bin', 'python'), [path.join(__dirname, script), ...args], {
    env: pythonEnvironment(process.env),
    encoding: 'utf8',
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
  });
}
