/** `npm run save`: networks for other programs. The work is done in lib/exchange. */
import { parseArgs } from 'node:util';
import { networkToSave } from '../lib/exchange/network-to-save';
import { saveAs, type SavedFormat, savedFormats } from '../lib/exchange/save-as';
import { networks } from '../lib/models/registry';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { shownPath } from '../lib/runtime/paths';
import { interruptOnSignals } from '../lib/runtime/signals';

const usage = `Usage: npm run save -- NETWORK --to FORMAT [options]

Saves a trained network for another program, loads it there, and compares its answers with those here.

NETWORK is the name of a finished run in outputs/runs, a published network (${Object.keys(networks).join(', ')}),
or a model of Keras (file.keras, file.h5) of layers that Keras and tfjs share.

  --to keras        a .keras file, for Keras 3: the network alone, with a JSON on what its images went through
  --to savedmodel   a folder for TensorFlow Serving: images as bytes in; probabilities, and the name of a class, out
  --to tfjs         a folder for browsers: model.json, weights, and a JSON on what its images went through
  --to onnx         an .onnx file: images as bytes in, probabilities out; the first time, tf2onnx is installed
  --out PATH        the file or folder to write (default: named after the network, in outputs/saved)
  --overwrite       replaces what is there
  --runs FOLDER     the folder that holds the runs (default: outputs/runs)
  --help            prints this`;

function readArguments(args: readonly string[]) {
  const [flag, text] = [{ type: 'boolean', default: false }, { type: 'string' }] as const;
  const options = { to: text, out: text, runs: text, overwrite: flag, help: flag };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

function formatOf(text: string | undefined): SavedFormat {
  const found = savedFormats.find((format) => format === text);
  if (found) return found;
  const given = text === undefined ? 'Name a format' : `There is no format "${text}"`;
  throw new UserError(`${given}: --to ${savedFormats.join(', ')}.\n\n${usage}`);
}

runCommand(async (args) => {
  const { values, positionals } = readArguments(args);
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  if (positionals.length !== 1) {
    throw new UserError(`${positionals.length} networks are named; expected one.\n\n${usage}`);
  }
  const to = formatOf(values.to);
  interruptOnSignals();
  // Products of TF32 have 10 bits. CUDA reads this when a card is first used.
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
  const { model, classNames, name } = await networkToSave(positionals[0], to, values.runs);
  const {
    path: place,
    preprocessing,
    difference,
  } = await saveAs(model, to, {
    ...{ classNames, name, out: values.out, overwrite: values.overwrite },
  });
  console.log(`Saved: ${shownPath(place)}`);
  if (preprocessing) console.log(`What its images go through first: ${shownPath(preprocessing)}`);
  if (difference !== null) {
    console.log(
      `Loaded again and compared on 16 images: the outputs differ by ${difference.toPrecision(1)} at most.`,
    );
  }
  return undefined;
});
