/** `npm run export`: executed notebooks as copies for places that run no scripts. The work is in lib/export. */
import { exitCodes } from '../lib/notebooks/outcome';
import { OutputError } from '../lib/notebooks/output-error';
import { exportCommand } from '../lib/export/command';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';

runCommand(async (args) => {
  try {
    await exportCommand(args);
    return exitCodes.passed;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    return error instanceof OutputError ? exitCodes.failed : exitCodes.refused;
  }
});
