/** Puts the kernel together: compiler, cells, and the Jupyter messages between them and the outside. */
import '../runtime/environment';
import * as fs from 'node:fs';
import { CellRunner } from './cell';
import { Compiler } from './compiler';
import { leave } from './exit';
import { KernelServer } from './server';
import { reportToTerminal } from './terminal';
import type { ConnectionInfo } from './wire';

/**
 * Starts the kernel in the current folder, which is the notebook's.
 * @param connectionFile path of the JSON file in which Jupyter says where to listen
 * @param root folder of the project
 */
export function main(connectionFile: string, root: string): void {
  const connection = JSON.parse(fs.readFileSync(connectionFile, 'utf8')) as ConnectionInfo;
  const notebookFolder = process.cwd();
  const compiler = new Compiler(root, notebookFolder);
  const cells = new CellRunner(compiler, root, notebookFolder);
  new KernelServer(connection, compiler, cells).listen().catch((error: unknown) => {
    reportToTerminal(`The kernel could not start: ${String(error)}\n`);
    leave(1);
  });
}
