/** `npm run slides`: executed notebooks as slides. The work is in lib/export and lib/notebooks. */
import { slidesCommand } from '../lib/export/slides';
import { exitCodes } from '../lib/notebooks/outcome';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';

runCommand(async (args) => {
  try {
    await slidesCommand(args);
    return exitCodes.passed;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    return exitCodes.refused;
  }
});
