/** A JupyterLab of its own for a test: a folder laid out as the project is, with one notebook in it. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { projectRoot, venvDir } from '../../lib/runtime/paths';

export class Lab {
  private constructor(
    private readonly server: ChildProcess,
    private readonly folder: string,
    private readonly base: string,
  ) {}

  /** Starts a server that can open `notebook`. */
  static async start(notebook: string): Promise<Lab> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lab-'));
    fs.mkdirSync(path.join(folder, 'notebooks'));
    for (const name of ['lib', 'node_modules', 'tsconfig.json', 'package.json']) {
      fs.symlinkSync(path.join(projectRoot, name), path.join(folder, name));
    }
    fs.copyFileSync(notebook, path.join(folder, 'notebooks', path.basename(notebook)));
    const port = await freePort();
    const server = spawn(
      path.join(venvDir, 'bin', 'jupyter'),
      [
        ...[
          'lab',
          '--no-browser',
          '--allow-root',
          '--ip=127.0.0.1',
          `--port=${port}`,
          '--IdentityProvider.token=',
        ],
        ...['--ServerApp.password=', '--ServerApp.port_retries=0', `--ServerApp.root_dir=${folder}`],
        ...['--LabApp.news_url=', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate'],
      ],
      {
        stdio: 'ignore',
        // Its settings and workspaces belong to the test, and so does what it says of trust.
        env: {
          ...process.env,
          DATA_SOURCE: 'sample',
          JUPYTER_CONFIG_DIR: path.join(folder, '.config'),
          JUPYTER_DATA_DIR: path.join(folder, '.data'),
          JUPYTER_RUNTIME_DIR: path.join(folder, '.runtime'),
        },
      },
    );
    const lab = new Lab(server, folder, `http://127.0.0.1:${port}`);
    await lab.answers();
    return lab;
  }

  /** Address of a notebook, in a workspace that holds nothing else. */
  address(notebook: string): string {
    return `${this.base}/lab/workspaces/test/tree/notebooks/${path.basename(notebook)}?reset`;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.server.once('close', resolve));
    this.server.kill('SIGTERM');
    const timer = setTimeout(() => this.server.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<void> {
    for (let tries = 0; tries < 150; tries++) {
      if (this.server.exitCode !== null) throw new Error(`JupyterLab ended with ${this.server.exitCode}`);
      try {
        if ((await fetch(`${this.base}/api/status`)).ok) return;
      } catch {
        // Not listening yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error('JupyterLab does not answer');
  }
}

function freePort(): Promise<number> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
