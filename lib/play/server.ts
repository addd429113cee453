/** A static server for this machine alone. */
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { check } from '../runtime/check';
import { UserError } from '../runtime/errors';

export interface FolderServer {
  readonly address: string;
  stop(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

export interface ServerOptions {
  /** Defaults to one that is free. */
  readonly port?: number;
  /** Makes a file that is not there yet, when it is first asked for; false if there is no such file. */
  readonly make?: (file: string) => Promise<boolean>;
}

/**
 * Serves a folder's pages, scripts and styles on 127.0.0.1: nothing outside the folder, nothing to other machines, and
 * nothing to pages of other sites, which could ask by a name of their own that leads here.
 * @throws UserError if the port is none, or taken
 */
export async function serveFolder(
  folder: string,
  { port = 0, make }: ServerOptions = {},
): Promise<FolderServer> {
  check(Number.isInteger(port) && port >= 0 && port <= 65535, 'port', port, 'a whole number from 0 to 65535');
  const server = http.createServer((request, response) => {
    const end = (status: number): void => {
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end(http.STATUS_CODES[status]);
    };
    if (!isThisMachine(request.headers.host)) end(403);
    else if (request.method !== 'GET' && request.method !== 'HEAD') end(405);
    else {
      respond(folder, make, request, response).then(
        (found) => {
          if (!found) end(404);
        },
        (error: unknown) => {
          console.error(error instanceof Error ? error.message : error);
          end(500);
        },
      );
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `The port ${port} can't be used (${error.code ?? error.message}). Name another one with --port.`;
      reject(new UserError(taken, { cause: error }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: chosen } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${chosen}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function isThisMachine(host = ''): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
}

/** @returns whether there is such a file */
async function respond(
  folder: string,
  make: ServerOptions['make'],
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<boolean> {
  const inside = fileAsked(request.url ?? '/');
  if (inside === undefined) return false;
  const file = path.join(folder, inside);
  const isThere = fs.existsSync(file) || ((await make?.(inside)) ?? false);
  // A link may lead out of the folder.
  if (!isThere || !fs.realpathSync(file).startsWith(fs.realpathSync(folder) + path.sep)) return false;
  if (!fs.statSync(file).isFile()) return false;
  const content = fs.readFileSync(file);
  response.writeHead(200, {
    'Content-Type': types[path.extname(file)],
    'Content-Length': content.length,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-cache',
  });
  response.end(request.method === 'HEAD' ? undefined : content);
  return true;
}

/** The file that an address asks for; undefined for one that no page of ours asks for. */
function fileAsked(address: string): string | undefined {
  let asked: string;
  try {
    asked = decodeURIComponent(address.replace(/[?#].*$/s, ''));
  } catch {
    return undefined;
  }
  const file = asked === '/' ? 'index.html' : asked.slice(1);
  const parts = file.split('/');
  const isPlain = parts.every((part) => /^[\w.-]+$/.test(part) && !part.startsWith('.'));
  return isPlain && path.extname(file) in types ? file : undefined;
}
