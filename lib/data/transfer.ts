/** One request to one host, for a file of known size or for the rest of it. */
import * as fs from 'node:fs';
import type { ReadableStream } from 'node:stream/web';
import { failedTo, sizeOf } from './files';
import { counted, grouped } from './text';
import { codeOf, messageOf } from '../runtime/errors';

export interface Progress {
  readonly url: string;
  /** Bytes on disk so far, those of earlier runs included. */
  readonly received: number;
  readonly total: number;
}

export interface Timeouts {
  /** How long a host may take to answer at all, in milliseconds. */
  readonly connectMs: number;
  /** In each period of this many milliseconds, a download has to bring at least `stallBytes`. */
  readonly stallMs: number;
  readonly stallBytes: number;
}

/** 1 kB a second: below that, CIFAR-10 would take two days, and another host may be faster. */
export const defaultTimeouts: Timeouts = { connectMs: 5_000, stallMs: 20_000, stallBytes: 20_000 };

export interface TransferRequest {
  /** The file to fill. What it holds already is kept and continued. */
  readonly file: string;
  /** Its exact size. The caller checks the content. */
  readonly bytes: number;
  /** Default to `defaultTimeouts`. */
  readonly timeouts?: Partial<Timeouts>;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Why one host did not deliver.
 * - `unreachable`: it did not answer, or a proxy answered in its place
 * - `refused`: it answered, and does not have the file
 * - `interrupted`: it began to deliver and stopped
 */
export class HostFailure extends Error {
  constructor(
    readonly kind: 'unreachable' | 'refused' | 'interrupted',
    message: string,
  ) {
    super(message);
  }
}

/** Statuses with which proxies and gateways turn a request away. On 407, `fetch` itself rejects. */
const PROXY_STATUSES: readonly number[] = [403, 502, 503, 504, 511];

/** Aborts a request, with a reason, when nothing happens for a while. */
class Watchdog {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Allows `ms` from now until the next call. */
  allow(ms: number, otherwise: HostFailure): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#controller.abort(otherwise);
    }, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Ends the request: otherwise a response that is not read to its end would keep its connection open. */
  abandon(): void {
    this.stop();
    this.#controller.abort();
  }
}

/** Where an answer without a stated size is kept until it turns out to be whole, and takes the file's place. */
export function unprovedFile(file: string): string {
  return `${file}.unproved`;
}

/** One request to one host. Returns when the file is complete. */
export async function transfer(url: string, request: TransferRequest): Promise<void> {
  const { connectMs } = { ...defaultTimeouts, ...request.timeouts };
  const watchdog = new Watchdog();
  try {
    const present = sizeOf(request.file);
    watchdog.allow(connectMs, new HostFailure('unreachable', `no answer within ${connectMs / 1000} s`));
    const response = await ask(url, present, watchdog.signal);
    const { start, proved } = checkAnswer(response, present, request.bytes);
    if (proved) {
      await receive(response, start, url, request, watchdog);
      return;
    }
    const unproved = unprovedFile(request.file);
    try {
      await receive(response, start, url, { ...request, file: unproved }, watchdog);
      onDisk(request.file, () => {
        fs.renameSync(unproved, request.file);
      });
    } finally {
      fs.rmSync(unproved, { force: true });
    }
  } finally {
    watchdog.abandon();
  }
}

async function ask(url: string, present: number, signal: AbortSignal): Promise<Response> {
  // No compression on the way. And no If-Range: size and sha256 show whether the parts belong together, even if they
  // came from two hosts, whose validators differ.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (present > 0) headers.range = `bytes=${present}-`;
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    if (signal.reason instanceof HostFailure) throw signal.reason;
    throw new HostFailure('unreachable', networkReason(error));
  }
}

interface Body {
  /** The offset of its first byte: `present`, or 0 from a host that sends the file from its start. */
  readonly start: number;
  /** Whether the host stated the file's exact size. A sign-in page in the file's place may come without a size. */
  readonly proved: boolean;
}

/** @throws HostFailure if the answer is not the requested file */
function checkAnswer(response: Response, present: number, bytes: number): Body {
  const { status, statusText, headers } = response;
  const refused = (reason: string): HostFailure => new HostFailure('refused', reason);
  if (status !== 200 && status !== 206) {
    const answer = `answered ${`${status} ${statusText}`.trim()}`;
    throw PROXY_STATUSES.includes(status) ? new HostFailure('unreachable', answer) : refused(answer);
  }
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') throw refused(`sends the file with content encoding ${encoding}`);

  if (status === 200) {
    const length = headers.get('content-length');
    if (length !== null && Number(length) !== bytes) {
      throw refused(`its file has ${counted(Number(length), 'byte')}, expected ${grouped(bytes)}`);
    }
    return { start: 0, proved: length !== null };
  }
  const range = headers.get('content-range') ?? '';
  const parts = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range);
  if (Number(parts?.[1]) !== present || Number(parts?.[3]) !== bytes) {
    throw refused(`answered with the range "${range}", expected "bytes ${present}-${bytes - 1}/${bytes}"`);
  }
  return { start: present, proved: true };
}

/**
 * Writes the body to the file from byte `start` on. The disk is written to at once, not awaited: a connection that breaks
 * off throws away what has come and was not read, and nothing can break off before the next chunk is asked for.
 */
async function receive(
  response: Response,
  start: number,
  url: string,
  request: TransferRequest,
  watchdog: Watchdog,
): Promise<void> {
  const { file, bytes, onProgress } = request;
  const { stallMs, stallBytes } = { ...defaultTimeouts, ...request.timeouts };
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  let received = start;
  const interrupted = (reason: string): HostFailure =>
    new HostFailure('interrupted', `${reason} after ${grouped(received)} of ${counted(bytes, 'byte')}`);

  // Only the time spent waiting for the host counts, not the disk's.
  let waitedMs = 0;
  let cameMeanwhile = 0;
  const next = async (): Promise<Uint8Array | undefined> => {
    const came = cameMeanwhile === 0 ? 'nothing came for' : `only ${counted(cameMeanwhile, 'byte')} came in`;
    watchdog.allow(stallMs - waitedMs, interrupted(`${came} ${stallMs / 1000} s`));
    const asked = performance.now();
    try {
      const chunk = (await reader?.read())?.value;
      waitedMs += performance.now() - asked;
      cameMeanwhile += chunk?.length ?? 0;
      if (cameMeanwhile >= stallBytes) waitedMs = cameMeanwhile = 0;
      return chunk;
    } catch (error) {
      if (watchdog.signal.reason instanceof HostFailure) throw watchdog.signal.reason;
      throw interrupted(`broke off (${networkReason(error)})`);
    } finally {
      watchdog.stop();
    }
  };

  const handle = onDisk(file, () => fs.openSync(file, start === 0 ? 'w' : 'a'));
  try {
    onProgress?.({ url, received, total: bytes });
    for (let chunk = await next(); chunk; chunk = await next()) {
      if (received + chunk.length > bytes) {
        // Nothing that this host sent can be trusted.
        fs.ftruncateSync(handle, start);
        throw new HostFailure('refused', `sends more than the expected ${counted(bytes, 'byte')}`);
      }
      const data = chunk;
      onDisk(file, () => {
        fs.writeFileSync(handle, data);
      });
      received += data.length;
      onProgress?.({ url, received, total: bytes });
    }
  } finally {
    fs.closeSync(handle);
  }
  if (received < bytes) throw interrupted('broke off');
}

/** Runs a file operation. If it fails, the disk is at fault, not the host, so no other host is tried. */
function onDisk<T>(file: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw failedTo('written', file, error);
  }
}

/** The cause of a failed `fetch`, whose own message is only "fetch failed". */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  switch (codeOf(cause)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name cannot be resolved';
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'connection closed';
    default:
      return messageOf(cause) || (codeOf(cause) ?? 'unknown network error');
  }
}
