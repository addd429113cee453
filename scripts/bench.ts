/** `npm run bench`: times how fast the networks train in this project and in other libraries, in turn. */
import * as os from 'node:os';
import { runCommand } from '../lib/runtime/command';
import { jsonWriter } from '../lib/runtime/json-file';
import { bench, benchText, check, checkText, hasLearnt, meanRatios, ratios } from '../lib/bench';
import { readArguments, usage } from './bench/arguments';
import { installContenders } from './bench/install';

async function main(args: readonly string[]): Promise<number> {
  const request = readArguments(args);
  if (request === 'help') {
    console.log(usage);
    return 0;
  }
  if (request === 'install') {
    await installContenders();
    return 0;
  }
  const onProgress = (text: string): void => {
    console.error(`… ${text}`);
  };
  if (request.check) {
    const result = await check({ ...request, onProgress });
    console.log(checkText(result));
    return result.learnt.every(hasLearnt) ? 0 : 1;
  }
  const writeJson = jsonWriter(request.json);
  const result = await bench({ ...request, onProgress });
  const processor = `${os.cpus()[0].model.trim()}, ${os.cpus().length} cores`;
  console.log(`${benchText(result)}\n\n${processor}`);
  writeJson({
    date: new Date().toISOString(),
    processor,
    ...result,
    ratios: ratios(result),
    means: meanRatios(result),
  });
  return 0;
}

runCommand(main);
