/**
 * Repair: output that goes around `process.stdout`. A program that a cell starts with `stdio: 'inherit'`, and
 * `fs.writeSync(1, …)`, write to the kernel's own file descriptors, which end in Jupyter's terminal. Here they are
 * sent where `process.stdout` goes, below the cell. What native code writes there, such as TensorFlow's log, is left
 * alone.
 */
import type { ChildProcess, StdioOptions } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';

type Stream = 'stdout' | 'stderr';
type AnyFunction = (...args: unknown[]) => unknown;
/** An output of a program, and which stream of ours it inherits. */
interface Inherited {
  readonly fd: 1 | 2;
  readonly stream: Stream;
}

/** Puts the repair into Node's modules, for this process and for good. */
export function passOnInheritedOutput(): void {
  // The modules themselves, not the copies that `import * as` gives.
  const load = createRequire(__filename) as (name: string) => Record<string, AnyFunction>;
  passOnPrograms(load('node:child_process'));
  passOnWrites(load('node:fs'));
  // Packages that import Node's modules as ES modules hold names of their own.
  syncBuiltinESMExports();
}

function passOnPrograms(module: Record<string, AnyFunction>): void {
  for (const name of ['spawn', 'fork']) {
    const start = module[name];
    module[name] = inPlaceOf(start, (...args) => {
      // Only fork shares our streams if nothing is said about them.
      const shares = name === 'fork' && optionsOf(args)?.silent !== true;
      const inherited = replaceInherited(args, () => 'pipe', shares ? FORK_STDIO : undefined);
      const child = start(...args) as ChildProcess;
      for (const { fd, stream } of inherited) {
        child[fd === 1 ? 'stdout' : 'stderr']?.on('data', (chunk: Buffer) => process[stream].write(chunk));
        // As in Node: a stream that the program inherits is not its parent's to read.
        child[fd === 1 ? 'stdout' : 'stderr'] = null;
        (child.stdio as unknown[])[fd] = null;
      }
      return child;
    });
  }
  // While one of these runs, nobody here could read a pipe.
  for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
    const run = module[name];
    module[name] = inPlaceOf(run, (...args) => {
      const files = new Map<Stream, number>();
      replaceInherited(args, (stream) => {
        const file = files.get(stream) ?? temporaryFile();
        files.set(stream, file);
        return file;
      });
      try {
        return run(...args);
      } finally {
        for (const [stream, file] of files) passOnFile(file, stream);
      }
    });
  }
}

const FORK_STDIO: StdioOptions = ['inherit', 'inherit', 'inherit', 'ipc'];

/**
 * Replaces, in the arguments of a function that starts a program, each stream of ours that the program would
 * inherit.
 * @param replacement what it gets in its place
 * @param otherwise the `stdio` if the arguments name none
 */
function replaceInherited(
  args: unknown[],
  replacement: (stream: Stream) => 'pipe' | number,
  otherwise?: StdioOptions,
): Inherited[] {
  const options = optionsOf(args);
  const stdio = (options?.stdio as StdioOptions | undefined) ?? otherwise;
  if (stdio === undefined) return [];
  const all: unknown[] = Array.isArray(stdio) ? [...(stdio as unknown[])] : [stdio, stdio, stdio];
  const inherited: Inherited[] = [];
  for (const fd of [1, 2] as const) {
    const stream = ownStream(all[fd], fd);
    if (stream === undefined) continue;
    all[fd] = replacement(stream);
    inherited.push({ fd, stream });
  }
  if (inherited.length === 0) return [];
  const replaced = { ...options, stdio: all };
  if (options !== undefined) args[args.indexOf(options)] = replaced;
  else args.push(replaced);
  return inherited;
}

/** Which of our streams an element of `stdio` names, in one of the ways that Node knows. */
function ownStream(element: unknown, fd: 1 | 2): Stream | undefined {
  if (element === 'inherit') return fd === 1 ? 'stdout' : 'stderr';
  if (element === 1 || element === process.stdout) return 'stdout';
  if (element === 2 || element === process.stderr) return 'stderr';
  return undefined;
}

/** The options among arguments such as (command, [arguments], options, callback). */
function optionsOf(args: readonly unknown[]): Record<string, unknown> | undefined {
  const isOptions = (arg: unknown): arg is Record<string, unknown> =>
    typeof arg === 'object' && arg !== null && !Array.isArray(arg);
  return args.slice(1).find(isOptions);
}

/** A file that nobody else sees and that is gone when it is closed. */
function temporaryFile(): number {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cell-output-'));
  try {
    // Appending, since a program may open it once more for each of its own.
    return fs.openSync(path.join(folder, 'output'), 'a+');
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function passOnFile(file: number, stream: Stream): void {
  const chunk = Buffer.alloc(1 << 16);
  for (let at = 0, read = -1; read !== 0; at += read) {
    read = fs.readSync(file, chunk, 0, chunk.length, at);
    if (read > 0) process[stream].write(chunk.subarray(0, read));
  }
  fs.closeSync(file);
}

/** The functions of `fs` that take a descriptor and write, and how each tells its caller what it has written. */
function passOnWrites(module: Record<string, AnyFunction>): void {
  const { write, writeSync, writeFileSync, appendFileSync } = module;
  module.writeSync = inPlaceOf(writeSync, (fd, ...rest) => {
    const stream = streamOf(fd);
    return stream === undefined ? writeSync(fd, ...rest) : put(stream, rest);
  });
  module.write = inPlaceOf(write, (fd, ...rest) => {
    const stream = streamOf(fd);
    const callback = rest.at(-1);
    if (stream === undefined || typeof callback !== 'function') return write(fd, ...rest);
    const written = put(stream, rest.slice(0, -1));
    process.nextTick(callback as AnyFunction, null, written, rest[0]);
    return undefined;
  });
  for (const [name, original] of Object.entries({ writeFileSync, appendFileSync })) {
    module[name] = inPlaceOf(original, (file, ...rest) => {
      const stream = streamOf(file);
      if (stream === undefined) return original(file, ...rest);
      const options = rest[1];
      const encoding =
        typeof options === 'object' && options !== null && 'encoding' in options ? options.encoding : options;
      put(stream, [rest[0], undefined, encoding]);
      return undefined;
    });
  }
}

/** `replacement` with what else hangs on `original`: its name, and what `promisify` looks for. */
function inPlaceOf(original: AnyFunction, replacement: AnyFunction): AnyFunction {
  return Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
}

function streamOf(fd: unknown): Stream | undefined {
  return fd === 1 ? 'stdout' : fd === 2 ? 'stderr' : undefined;
}

/**
 * Writes to a stream of ours what the arguments of `fs.write` say.
 * @param args (text, position, encoding), or (bytes, offset, length) or (bytes, { offset, length })
 * @returns the number of bytes
 */
function put(stream: Stream, args: readonly unknown[]): number {
  const [data, second, third] = args;
  if (ArrayBuffer.isView(data)) {
    const given =
      typeof second === 'object' && second !== null
        ? (second as { offset?: number; length?: number })
        : undefined;
    const offset = given?.offset ?? (typeof second === 'number' ? second : 0);
    const length = given?.length ?? (typeof third === 'number' ? third : data.byteLength - offset);
    process[stream].write(new Uint8Array(data.buffer, data.byteOffset + offset, length));
    return length;
  }
  if (typeof data !== 'string') {
    throw new TypeError(`A string or a typed array can be written to a file; this is ${typeof data}.`);
  }
  const encoding = (typeof third === 'string' ? third : 'utf8') as BufferEncoding;
  process[stream].write(data, encoding);
  return Buffer.byteLength(data, encoding);
}
