/**
 * Repair: output that goes around `process.stdout`. A program that a cell starts with `stdio: 'inherit'`, and
 * `fs.writeSync(1, …)`, write to the kernel's own file descriptors, which end in Jupyter's terminal. Here they are
 * sent to `process.stdout` and `process.stderr`, and so appear below the cell. Native code, such as TensorFlow's log,
 * still writes to the terminal.
 */
import type { ChildProcess, StdioOptions } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';

type Stream = 'stdout' | 'stderr';
type AnyFunction = (...args: unknown[]) => unknown;
/** An output of a program, and the stream of ours that it inherits. */
interface Inherited {
  readonly fd: 1 | 2;
  readonly stream: Stream;
}

/** Changes Node's own modules, for the rest of this process. */
export function passOnInheritedOutput(): void {
  // `import * as` would give copies of the modules.
  const load = createRequire(__filename) as (name: string) => Record<string, AnyFunction>;
  passOnPrograms(load('node:child_process'));
  passOnWrites(load('node:fs'));
  // ES modules import copies of the names, which are updated here.
  syncBuiltinESMExports();
}

function passOnPrograms(module: Record<string, AnyFunction>): void {
  for (const name of ['spawn', 'fork']) {
    const start = module[name];
    module[name] = inPlaceOf(start, (...args) => {
      // Only fork inherits our streams by default.
      const shares = name === 'fork' && optionsOf(args)?.silent !== true;
      const inherited = replaceInherited(args, () => 'pipe', shares ? FORK_STDIO : undefined);
      const child = start(...args) as ChildProcess;
      for (const { fd, stream } of inherited) {
        child[fd === 1 ? 'stdout' : 'stderr']?.on('data', (chunk: Buffer) => process[stream].write(chunk));
        // As in Node: the parent cannot read a stream that the program inherits.
        child[fd === 1 ? 'stdout' : 'stderr'] = null;
        (child.stdio as unknown[])[fd] = null;
      }
      return child;
    });
  }
  // These block, so nobody could read a pipe while the program runs.
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
 * Replaces each stream of ours that a program would inherit. Changes `args`, which are those of a function that
 * starts a program.
 * @param replacement makes what the program gets instead
 * @param otherwise the default of `stdio`
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

/** The stream of ours that an element of `stdio` stands for, if any. */
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

/** A file without a name, which is gone when it is closed. */
function temporaryFile(): number {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cell-output-'));
  try {
    // Appending, so that programs that share it do not overwrite each other.
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

/** Replaces the functions of `fs` that write to a descriptor. */
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

/** Gives `replacement` the properties of `original`: its name, and what `promisify` looks for. */
function inPlaceOf(original: AnyFunction, replacement: AnyFunction): AnyFunction {
  return Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
}

function streamOf(fd: unknown): Stream | undefined {
  return fd === 1 ? 'stdout' : fd === 2 ? 'stderr' : undefined;
}

/**
 * Does what `fs.write` would do with these arguments, on a stream of ours.
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
