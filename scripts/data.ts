import { fetchCifar10 } from '../lib/data/fetch';
import { describe, loadDataset } from '../lib/data/load';
import { ProgressBar } from '../lib/data/progress';
import { setting } from '../lib/data/settings';
import { verifyCifar10 } from '../lib/data/verify';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';

const usage = `Usage: npm run data -- <command>

  info    show which dataset a notebook would load now, without downloading
  fetch   download CIFAR-10 into data/, or continue an interrupted download
  verify  compare every file of CIFAR-10 (CIFAR10_DIR, or data/) with its checksum

Environment: DATA_SOURCE, CIFAR10_DIR, CIFAR10_NAME, CIFAR10_MIRROR; see docs/data.md.`;

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function info(): Promise<void> {
  const dataset = await loadDataset({ download: false });
  const { location, digest } = dataset.source;
  print(
    describe(dataset),
    `source: ${location}`,
    `classes: ${dataset.classNames.join(', ')}`,
    `sha256 ${digest}`,
  );
}

async function fetch(): Promise<void> {
  const bar = new ProgressBar(process.stderr);
  try {
    const folder = await fetchCifar10({
      mirror: setting(process.env, 'CIFAR10_MIRROR'),
      onProgress: bar.update,
      onNotice: (message) => {
        bar.close();
        print(message);
      },
    });
    print(`CIFAR-10 is in ${folder}`);
  } finally {
    bar.close();
  }
}

async function verify(): Promise<void> {
  print(...(await verifyCifar10()));
}

async function main(args: readonly string[]): Promise<undefined> {
  const [command] = args;
  const commands: Readonly<Record<string, () => Promise<void>>> = { info, fetch, verify };
  if (args.length === 1 && Object.hasOwn(commands, command)) await commands[command]();
  else if (command === '--help' || command === 'help') print(usage);
  else if (args.length === 0) throw new UserError(`A command is missing.\n\n${usage}`);
  else throw new UserError(`"${args.join(' ')}" is not a command.\n\n${usage}`);
  return undefined;
}

runCommand(main);
