/** `npm run export`: executed notebooks as copies for places that run no scripts. The work is in lib/publish. */
import { exportCommand } from '../lib/publish/command';
import { runCommand } from '../lib/runtime/command';

runCommand(exportCommand);
