/** A JupyterLab of its own for a test: a folder laid out as the project is, with the notebooks that the test needs. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { readNotebook } from '../../lib/notebooks/notebook';
import { projectRoot, venvDir } from '../../lib/runtime/paths';
import { type PageLog, playgroundAnswers, watch } from './chromium';

export type Theme = 'light' | 'dark';

export class Lab {
  private constructor(
    private readonly server: ChildProcess,
    private readonly folder: string,
    private readonly base: string,
  ) {}

  /**
   * Starts a server that can open `notebooks`. Its runs are its own: none is loaded that another test has trained.
   * @param beside files and folders that are put beside the notebooks
   */
  static async start(notebooks: readonly string[], beside: readonly string[] = []): Promise<Lab> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lab-'));
    fs.mkdirSync(path.join(folder, 'notebooks'));
    for (const name of ['lib', 'node_modules', 'tsconfig.json', 'package.json']) {
      fs.symlinkSync(path.join(projectRoot, name), path.join(folder, name));
    }
    for (const notebook of notebooks) {
      fs.copyFileSync(notebook, path.join(folder, 'notebooks', path.basename(notebook)));
    }
    for (const each of beside) {
      fs.cpSync(each, path.join(folder, 'notebooks', path.basename(each)), { recursive: true });
    }
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
          RUNS_DIR: path.join(folder, 'runs'),
          PLAY_DIR: path.join(folder, 'outputs', 'play'),
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

  /** Opens a notebook in a page of its own, with nothing beside it, and waits until all of its cells are there. */
  async open(browser: Browser, notebook: string, theme: Theme = 'light'): Promise<LabNotebook> {
    const settings = path.join(
      this.folder,
      '.config',
      'lab',
      'user-settings',
      '@jupyterlab',
      'apputils-extension',
    );
    fs.mkdirSync(settings, { recursive: true });
    const name = theme === 'dark' ? 'JupyterLab Dark' : 'JupyterLab Light';
    fs.writeFileSync(path.join(settings, 'themes.jupyterlab-settings'), JSON.stringify({ theme: name }));
    const page = await browser.newPage({ viewport: { width: 1300, height: 1000 } });
    const log = watch(page, isKernelBeginning);
    await page.goto(`${this.base}/lab/workspaces/test/tree/notebooks/${path.basename(notebook)}?reset`);
    await page
      .locator(`body[data-jp-theme-light="${theme === 'light'}"]`)
      .waitFor({ state: 'attached', timeout: 60_000 });
    // JupyterLab adds cells when the browser is idle. Chromium without a window calls itself idle only between frames, and
    // this way of waiting asks for frames.
    const { cells } = readNotebook(path.join(this.folder, 'notebooks', path.basename(notebook)));
    const wanted = { selector: '.jp-Notebook .jp-Cell', count: cells.length };
    await page.waitForFunction(hasAtLeast, wanted, { polling: 'raf', timeout: 60_000 });
    await page.locator('.jp-NotebookPanel-toolbar').getByText('TypeScript (tslab, CIFAR-10)').waitFor();
    return new LabNotebook(page, log);
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
    for (let tries = 0; tries < 600; tries++) {
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

/** A notebook as it is open in JupyterLab. */
export class LabNotebook {
  constructor(
    readonly page: Page,
    readonly log: PageLog,
  ) {}

  /** A cell by its place among all, from 0. */
  cell(index: number): Locator {
    return this.page.locator('.jp-Notebook .jp-Cell').nth(index);
  }

  /** Selects a cell, as a click beside its text does. */
  async select(index: number): Promise<void> {
    await this.cell(index).locator('.jp-InputPrompt, .jp-InputArea-prompt').first().click();
  }

  /** Runs the selected cell and goes on to the next. */
  async runSelected(): Promise<void> {
    await this.page.keyboard.press('Shift+Enter');
  }

  /** Puts other text into a cell, by the keyboard. */
  async rewrite(index: number, text: string): Promise<void> {
    await this.cell(index).locator('.cm-content').click();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.insertText(text);
  }

  /** A button of the notebook's toolbar, or an entry of a menu, by its command. */
  async command(command: string): Promise<void> {
    await this.page.locator(`.jp-NotebookPanel-toolbar [data-command="${command}"]`).click();
  }

  /** Waits until the playground in a cell's output has answered: its page says how likely a class is. */
  async playgroundAnswers(index: number): Promise<void> {
    const cell = this.cell(index);
    await bringToSight(cell, cell.locator('iframe'));
    await playgroundAnswers(cell.locator('iframe'));
  }

  /** Waits until no cell runs or waits to be run. */
  async idle(timeout = 120_000): Promise<void> {
    const waiting = this.page.locator('.jp-Notebook .jp-InputArea-prompt', { hasText: '*' });
    await waiting.first().waitFor({ state: 'detached', timeout });
    await this.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor({ timeout });
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

/**
 * Scrolls to a cell until it has `output`: what is far out of sight is not drawn, and what is drawn above the cell in the
 * meantime, figures for instance, pushes it out of sight again.
 */
async function bringToSight(cell: Locator, output: Locator): Promise<void> {
  const end = performance.now() + 60_000;
  while ((await output.count()) === 0) {
    if (performance.now() > end) throw new Error(`Nothing of ${String(output)} within 60 s`);
    await cell.scrollIntoViewIfNeeded();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * What Jupyter Server 2.21 answers to a poll of its kernels at the very moment when one has started: it lists the kernel
 * before it has noted the time. JupyterLab asks again, and its user sees nothing.
 */
function isKernelBeginning(error: string): boolean {
  return /status of 500 .*\(http:\/\/127\.0\.0\.1:\d+\/api\/kernels(\?\d+)?\)$/.test(error);
}

/** Runs in the page, whose DOM types are not the project's. */
function hasAtLeast({ selector, count }: { selector: string; count: number }): boolean {
  const { document } = globalThis as unknown as {
    document: { querySelectorAll(selector: string): { readonly length: number } };
  };
  return document.querySelectorAll(selector).length >= count;
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
