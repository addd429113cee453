/** `npm run notebooks`: runs notebooks headless. The work is in lib/notebooks. */
import { batchCommand } from '../lib/notebooks/command';
import { optionsHelp } from '../lib/notebooks/request';
import { reportLines } from '../lib/report';
import { runCommand } from '../lib/runtime/command';
import { findCircumstances } from './circumstances';

const usage = `Usage: npm run notebooks -- [notebook ...] [options]

Runs notebooks without a browser and writes them executed.

${optionsHelp}`;

runCommand((args) =>
  batchCommand(args, { usage, circumstances: findCircumstances(), afterwards: reportLines }),
);
