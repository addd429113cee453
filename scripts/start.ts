/** `npm start`: every notebook of the collection, executed and as a page, with the profile for a first look. */
import { batchCommand } from '../lib/notebooks/command';
import { optionsHelp } from '../lib/notebooks/request';
import { reportLines } from '../lib/report';
import { runCommand } from '../lib/runtime/command';
import { findCircumstances } from './circumstances';

const usage = `Usage: npm start [-- [notebook ...] [options]]

Runs the notebooks and writes them executed, and as pages. The same as
npm run notebooks -- --profile quick --html

${optionsHelp}`;

runCommand((args) =>
  batchCommand(args, {
    usage,
    defaults: { profile: 'quick', html: true },
    circumstances: findCircumstances(),
    afterwards: async (outDir) => [
      ...(await reportLines(outDir)),
      'Next: `npm run lab` opens the notebooks in JupyterLab, to read, change and run again.',
    ],
  }),
);
