/** Downloads one file whose size is known from the first of several hosts that delivers it, and resumes. */
import * as fs from 'node:fs';
import type { ReadableStream } from 'node:stream/web';
import { UserError } from '../runtime/errors';
import { codeOf, counted, grouped, messageOf } from './text';

export interface Progress {
  readonly url: string;
  /** Bytes on disk so far, those of earlier runs included. */
  readonly received: number;
  readonly total: number;
}

export interface Timeouts {
  /** How long a host may take to answer at all, in milliseconds. */
  readonly connectMs: number;
  /** How long a download that has begun may stand still, in milliseconds. */
  readonly stallMs: number;
}

export const defaultTimeouts: Timeouts = { connectMs: 5_000, stallMs: 20_000 };

export interface DownloadRequest {
  /** What is downloaded, for messages: 'CIFAR-10'. */
  readonly name: string;
  /** What a person can do when no host delivers: a sentence for messages. */
  readonly remedy: string;
  /** The same file at several hosts, in the order they are tried. */
  readonly urls: readonly string[];
  /** Where it grows; what is there already is kept and continued. */
  readonly file: string;
  /** Its exact size. Content is the caller's to check. */
  readonly bytes: number;
  readonly timeouts?: Timeouts;
  readonly onProgress?: (progress: Progress) => void;
}

/** No host could be reached at all: there is no network, or a firewall. */
export class NetworkUnreachableError extends UserError {
  override readonly name = 'NetworkUnreachableError';
}

/**
 * Why one host did not deliver.
 * - `unreachable`: it did not answer, or a proxy answered in its place
 * - `refused`: it answered, and does not have the file
 * - `interrupted`: it began to deliver and stopped
 */
class HostFailure extends Error {
  constructor(
    readonly kind: 'unreachable' | 'refused' | 'interrupted',
    message: string,
  ) {
    super(message);
  }
}

/** How often one host is asked for the rest after it broke off, if each time brought something. */
const RESUMES_PER_HOST = 5;

/** Statuses that proxies and gateways answer with when they don't let a request through; 407 `fetch` rejects. */
const PROXY_STATUSES: readonly number[] = [403, 502, 503, 504, 511];

/**
 * Fills `request.file` up to `request.bytes`.
 * @throws NetworkUnreachableError when no host could be reached
 * @throws UserError when hosts answered but none delivered, or the file can't be written; what has arrived is
 *   kept for the next call
 */
export async function download(request: DownloadRequest): Promise<void> {
  const failures: { url: string; failure: HostFailure }[] = [];
  for (const url of request.urls) {
    if (sizeOf(request.file) === request.bytes) return;
    const failure = await downloadFrom(url, request);
    if (!failure) return;
    failures.push({ url, failure });
  }

  const reasons = failures.map(({ url, failure }) => `${new URL(url).host}: ${failure.message}`).join('; ');
  const said = `${request.name} could not be downloaded (${reasons}).`;
  if (failures.every(({ failure }) => failure.kind === 'unreachable'))
    throw new NetworkUnreachableError(`${said} ${request.remedy}`);
  const kept = sizeOf(request.file);
  throw new UserError(
    kept === 0
      ? `${said} ${request.remedy}`
      : `${said} ${grouped(kept)} of ${counted(request.bytes, 'byte')} are kept in ${request.file}; ` +
        `run it again to continue.`,
  );
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** @returns why the host did not deliver, or undefined when the file is complete */
async function downloadFrom(url: string, request: DownloadRequest): Promise<HostFailure | undefined> {
  let earlier: HostFailure | undefined;
  for (let resumes = 0; ; resumes++) {
    const before = sizeOf(request.file);
    try {
      await transfer(url, request);
      return undefined;
    } catch (error) {
      if (!(error instanceof HostFailure)) throw error;
      const broughtSome = sizeOf(request.file) > before;
      // A host that broke off and is gone now was reached all the same.
      if (error.kind === 'unreachable') return earlier ?? error;
      if (error.kind === 'refused' || !broughtSome || resumes === RESUMES_PER_HOST) return error;
      earlier = error;
    }
  }
}

/** Aborts a request with a reason of ours when nothing happens for a while. */
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

  /** Gives up the request; without this a response that is not read to its end would keep its connection. */
  abandon(): void {
    this.stop();
    this.#controller.abort();
  }
}

/** One request to one host. Returns when the file is complete. */
async function transfer(url: string, request: DownloadRequest): Promise<void> {
  const timeouts = request.timeouts ?? defaultTimeouts;
  const watchdog = new Watchdog();
  try {
    const present = sizeOf(request.file);
    watchdog.allow(
      timeouts.connectMs,
      new HostFailure('unreachable', `no answer within ${timeouts.connectMs / 1000} s`),
    );
    const response = await ask(url, present, watchdog.signal);
    const start = checkAnswer(response, present, request.bytes);
    await receive(response, start, url, request, watchdog);
  } finally {
    watchdog.abandon();
  }
}

async function ask(url: string, present: number, signal: AbortSignal): Promise<Response> {
  // The archive must come as it is. And no If-Range: the size and the sha256 tell whether the parts belong
  // together, also when they came from two hosts, whose validators differ.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (present > 0) headers.range = `bytes=${present}-`;
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    if (signal.reason instanceof HostFailure) throw signal.reason;
    throw new HostFailure('unreachable', networkReason(error));
  }
}

/**
 * @returns the byte that the body starts with: `present`, or 0 from a host that sends the file from its start
 * @throws HostFailure when the answer is not the file asked for
 */
function checkAnswer(response: Response, present: number, bytes: number): number {
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
    return 0;
  }
  const range = headers.get('content-range') ?? '';
  const parts = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range);
  if (Number(parts?.[1]) !== present || Number(parts?.[3]) !== bytes) {
    throw refused(`answered with the range "${range}", expected "bytes ${present}-${bytes - 1}/${bytes}"`);
  }
  return present;
}

/** Writes the body to the file from byte `start` on. */
async function receive(
  response: Response,
  start: number,
  url: string,
  request: DownloadRequest,
  watchdog: Watchdog,
): Promise<void> {
  const { file, bytes, onProgress } = request;
  const stallMs = request.timeouts?.stallMs ?? defaultTimeouts.stallMs;
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  let received = start;
  const interrupted = (reason: string): HostFailure =>
    new HostFailure('interrupted', `${reason} after ${grouped(received)} of ${counted(bytes, 'byte')}`);

  const next = async (): Promise<Uint8Array | undefined> => {
    watchdog.allow(stallMs, interrupted(`nothing came for ${stallMs / 1000} s`));
    try {
      return (await reader?.read())?.value;
    } catch (error) {
      if (watchdog.signal.reason instanceof HostFailure) throw watchdog.signal.reason;
      throw interrupted(`broke off (${networkReason(error)})`);
    } finally {
      watchdog.stop();
    }
  };

  const handle = await onDisk(file, () => fs.promises.open(file, start === 0 ? 'w' : 'a'));
  try {
    onProgress?.({ url, received, total: bytes });
    for (let chunk = await next(); chunk; chunk = await next()) {
      if (received + chunk.length > bytes) {
        // None of what this host sent can be trusted to belong to the file.
        await handle.truncate(start);
        throw new HostFailure('refused', `sends more than the expected ${counted(bytes, 'byte')}`);
      }
      const data = chunk;
      await onDisk(file, () => handle.writeFile(data));
      received += data.length;
      onProgress?.({ url, received, total: bytes });
    }
  } finally {
    await handle.close();
  }
  if (received < bytes) throw interrupted('broke off');
}

/** Runs a file operation; its failure is the disk's, not the host's, so no other host is tried. */
async function onDisk<T>(file: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${messageOf(error)}.`);
  }
}

/** What went wrong below `fetch`, which itself only says "fetch failed". */
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
