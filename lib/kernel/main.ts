/** Puts the kernel together: the compiler, the cells, and the server that speaks with Jupyter. */
import '../runtime/environment';
import * as fs from 'node:fs';
import { CellRunner } from './cell';
import { Compiler } from './compiler';
import { leave } from './exit';
import { KernelServer } from './server';
import { reportToTerminal } from './terminal';
import type { ConnectionInfo } from './wire';

/**
 * Starts the kernel. The current folder must be the notebook's.
 * @param connectionFile path of the JSON file in which Jupyter names the ports
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
