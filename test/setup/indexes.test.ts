/** The choice of package indexes, with pip itself and servers on this machine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { newFolder, projectRoot, runToEnd } from './fakes';

const python = path.join(projectRoot, '.venv', 'bin', 'python');
const script = path.join(projectRoot, 'scripts', 'setup', 'pip_alive.py');

const makeWheel = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("tiny.py", "")
    wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
    wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("tiny-1.0.dist-info/RECORD", "")
`;
const wheelName = 'tiny-1.0-py3-none-any.whl';

let wheel: Buffer;
const servers: net.Server[] = [];
const sockets = new Set<net.Socket>();

async function listen(server: net.Server): Promise<string> {
  servers.push(server);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
}

let good: string;
let empty: string;
let failing: string;
let silent: string;
/** A port that nothing listens on. */
const refused = '127.0.0.1:9';

before(async () => {
  const file = path.join(newFolder(), wheelName);
  spawnSync(python, ['-c', makeWheel, file]);
  wheel = fs.readFileSync(file);
  good = await listen(
    http.createServer((request, response) => {
      const url = request.url ?? '';
      if (url.endsWith(wheelName)) response.end(wheel);
      else if (url.includes('/tiny')) {
        response.setHeader('Content-Type', 'text/html').end(`<a href="/files/${wheelName}">${wheelName}</a>`);
      } else response.writeHead(404).end();
    }),
  );
  empty = await listen(http.createServer((_, response) => response.writeHead(404).end()));
  failing = await listen(http.createServer((_, response) => response.writeHead(503).end()));
  silent = await listen(net.createServer());
});

after(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

/** Downloads the package with these indexes configured, and no other configuration of pip. */
async function download(first: string, others: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const folder = newFolder();
  const begun = Date.now();
  const ended = await runToEnd(
    python,
    [script, 'download', '--no-deps', '--retries', '3', '-d', folder, 'tiny'],
    {
      PATH: process.env.PATH,
      HOME: folder,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_NO_CACHE_DIR: '1',
      PIP_DISABLE_PIP_VERSION_CHECK: '1',
      PIP_INDEX_URL: first,
      PIP_EXTRA_INDEX_URL: others.join(' '),
      ...env,
    },
  );
  return {
    ...ended,
    got: fs.existsSync(path.join(folder, wheelName)),
    told: ended.stdout.split('\n').filter((line) => line.startsWith('setup: ')),
    seconds: (Date.now() - begun) / 1000,
  };
}

test('dead indexes are left out, said, and cost seconds', async () => {
  const { code, got, told, seconds } = await download(`http://${silent}/simple`, [
    `http://${refused}/simple`,
    `http://${failing}/simple`,
    `http://${good}/simple`,
  ]);
  assert.equal(code, 0);
  assert.ok(got);
  assert.equal(told.length, 3, told.join('\n'));
  assert.match(told.join('\n'), new RegExp(`${silent}.*(Time|no answer)`));
  assert.match(told.join('\n'), new RegExp(`${refused}.*Connection`));
  assert.match(told.join('\n'), new RegExp(`${failing}.*503`));
  // By itself pip would try the silent one four times, for 15 s each.
  assert.ok(seconds < 30, `took ${seconds} s`);
});

test('an index without the package has answered, and stays', async () => {
  const { code, got, told } = await download(`http://${empty}/simple`, [`http://${good}/simple`]);
  assert.equal(code, 0);
  assert.ok(got);
  assert.deepEqual(told, []);
});

test('with no index at all it ends at once and says so', async () => {
  const { code, told, seconds } = await download(`http://${refused}/simple`, [`http://${refused}/other`]);
  assert.equal(code, 1);
  assert.equal(told.at(-1), 'setup: no package index answers');
  assert.ok(seconds < 30, `took ${seconds} s`);
});

test('a folder of wheels serves without any index', async () => {
  const folder = newFolder();
  fs.writeFileSync(path.join(folder, wheelName), wheel);
  const { code, got, told } = await download(`http://${refused}/simple`, [], { PIP_FIND_LINKS: folder });
  assert.equal(code, 0);
  assert.ok(got);
  assert.equal(told.at(-1), 'setup: no package index answers');
});

test('a pip that was told to be quiet still says what set-up reads', async () => {
  const { code, stdout } = await download(`http://${good}/simple`, [], { PIP_QUIET: '3' });
  assert.equal(code, 0);
  assert.match(stdout, /^Saved .*tiny/m);
});

test('passwords of an index are not shown', async () => {
  const { stdout, stderr, told } = await download(`http://me:secret@${refused}/simple`, [
    `http://${good}/simple`,
  ]);
  assert.match(told.join('\n'), /left out http:\/\/me:\*\*\*\*@/);
  assert.doesNotMatch(stdout + stderr, /secret/);
});
