/** A small dataset in the CIFAR-10 layout, archives of it, and a server with faults. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { after } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Header, type types } from 'tar';
import type { Cifar10Release } from '../../lib/data/release';

export const batchNames = [
  'data_batch_1.bin',
  'data_batch_2.bin',
  'data_batch_3.bin',
  'data_batch_4.bin',
  'data_batch_5.bin',
  'test_batch.bin',
];
export const classNames = ['ant', 'bee', 'cow', 'dog', 'eel', 'fox', 'gnu', 'hen', 'ibis', 'jay'];
export const recordsPerFile = 20;
const recordBytes = 3073;

/** The value of one pixel: differs by file, record, channel, row and column. */
export function pixelValue(
  file: number,
  record: number,
  channel: number,
  row: number,
  column: number,
): number {
  return (file * 31 + record * 17 + channel * 101 + row * 7 + column * 3) % 256;
}

/** Planar records as the format has them: label, 1,024 red, 1,024 green, 1,024 blue bytes. */
function makeBatch(file: number): Buffer {
  const batch = Buffer.alloc(recordsPerFile * recordBytes);
  let at = 0;
  for (let record = 0; record < recordsPerFile; record++) {
    batch[at++] = (record + file) % 10;
    for (let channel = 0; channel < 3; channel++) {
      for (let row = 0; row < 32; row++) {
        for (let column = 0; column < 32; column++) {
          batch[at++] = pixelValue(file, record, channel, row, column);
        }
      }
    }
  }
  return batch;
}

export interface Entry {
  readonly path: string;
  readonly content?: Buffer;
  readonly type?: types.EntryTypeName;
  readonly linkpath?: string;
  /** What the header says; the size of `content` if missing. */
  readonly size?: number;
}

/** The entries of a whole archive: the folder, the batches, the names (with the blank lines at the end). */
export function goodEntries(): Entry[] {
  return [
    { path: 'cifar-10-batches-bin/', type: 'Directory' },
    ...batchNames.map((name, i) => ({ path: `cifar-10-batches-bin/${name}`, content: makeBatch(i) })),
    {
      path: 'cifar-10-batches-bin/batches.meta.txt',
      content: Buffer.from(`${classNames.join('\n')}\n\n\n`),
    },
    { path: 'cifar-10-batches-bin/readme.html', content: Buffer.from('<html></html>') },
  ];
}

/** A tar.gz with exactly these entries; no packer would write some of them. */
export function makeArchive(entries: readonly Entry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const { path: name, content = Buffer.alloc(0), type = 'File', linkpath, size } of entries) {
    const header = new Header({ path: name, type, size: size ?? content.length, mode: 0o644, linkpath });
    const block = Buffer.alloc(512);
    header.encode(block);
    blocks.push(block, content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 1 });
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function releaseOf(archive: Buffer, hosts: readonly string[]): Cifar10Release {
  return { archive: 'small.tar.gz', hosts, bytes: archive.length, sha256: sha256(archive), recordsPerFile };
}

/** Writes the batch files unpacked, without a manifest. */
export function writeBatches(folder: string): string {
  fs.mkdirSync(folder, { recursive: true });
  for (const { path: name, content } of goodEntries()) {
    if (content) fs.writeFileSync(path.join(folder, path.basename(name)), content);
  }
  return folder;
}

/** A folder that goes when the test file ends. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'data-test-'));
  // For `withoutPermission`, which is another user.
  fs.chmodSync(folder, 0o755);
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Nobody's user and group on every Linux. */
const nobody = 65_534;

/**
 * Takes permissions of a place away while `use` runs, which runs as a user whom they bind: root may do everything.
 * @param left what everybody may still do
 */
export async function withoutPermission(
  place: string,
  use: () => Promise<unknown>,
  left = 0o000,
): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  const { mode } = fs.statSync(place);
  fs.chmodSync(place, left);
  if (isRoot) process.seteuid?.(nobody);
  try {
    await use();
  } finally {
    if (isRoot) process.seteuid?.(0);
    fs.chmodSync(place, mode);
  }
}

export interface Host {
  /** Base URL, with the final slash. */
  readonly url: string;
  /** The Range header of each request so far, '' where there was none. */
  readonly ranges: readonly string[];
}

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** Starts a server on 127.0.0.1 that answers every request with `answer`; it stops when the tests end. */
export async function startHost(answer: Answer): Promise<Host> {
  const ranges: string[] = [];
  const server = http.createServer((request, response) => {
    ranges.push(request.headers.range ?? '');
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, ranges };
}

/** A base URL where nothing listens. */
export async function deadHost(): Promise<string> {
  const server = http.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}/`;
}

/** Serves `file` as Apache does: ranges are honoured. `limit` ends the connection after so many bytes. */
export function serve(file: Buffer, limit = Infinity): Answer {
  return (request, response) => {
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const start = Number(asked?.[1] ?? 0);
    const body = file.subarray(start);
    response.writeHead(asked ? 206 : 200, {
      'content-length': body.length,
      ...(asked && { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` }),
    });
    if (body.length <= limit) response.end(body);
    else response.write(body.subarray(0, limit), () => setTimeout(() => response.destroy(), 20));
  };
}
