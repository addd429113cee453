/** Downloads a file of known size from the first of several hosts that delivers it, and resumes where it stopped. */
import { UserError } from '../runtime/errors';
import { sizeOf } from './files';
import { counted, grouped } from './text';
import { HostFailure, transfer, type TransferRequest } from './transfer';

export type { Progress, Timeouts } from './transfer';

export interface DownloadRequest extends TransferRequest {
  /** The name of the download in messages: 'CIFAR-10'. */
  readonly name: string;
  /** What the user can do if no host delivers: a sentence for messages. */
  readonly remedy: string;
  /** Addresses of the file at several hosts, in the order in which they are tried. */
  readonly urls: readonly string[];
}

/** No host could be reached at all: there is no network, or a firewall is in the way. */
export class NetworkUnreachableError extends UserError {
  override readonly name = 'NetworkUnreachableError';
}

/** How often a host that broke off is asked for the rest, as long as it sends something each time. */
const RESUMES_PER_HOST = 5;

/**
 * Fills `request.file` up to `request.bytes`.
 * @throws NetworkUnreachableError if no host could be reached
 * @throws UserError if hosts answered but none delivered, or the file can't be written; what has arrived is
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
      // A host that broke off and has gone since did answer once.
      if (error.kind === 'unreachable') return earlier ?? error;
      if (error.kind === 'refused' || !broughtSome || resumes === RESUMES_PER_HOST) return error;
      earlier = error;
    }
  }
}
