/** Whether what an executed notebook shows says from which data it comes. */
import * as fs from 'node:fs';

interface Shown {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Networks as they are built, and what follows from that alone: no data had a part in it. */
const ofTheNetwork = new RegExp(
  [
    '^\\S[^\\n]*: [\\d,]+ parameters, of which',
    '^[^\\n]*: image \\d+×\\d+×\\d+ to \\d+ classes',
    '^\\S[^\\n]*, published, trained on ',
    '^Networks\\n',
    '^Of the recipe\\n',
    // They name the data that they were published for.
    '^Published results ·',
    '^Multiply-adds for an image',
    '^Maps behind each block',
    '^Share of the network',
    '^What one unit sees',
    '^What is left of a gradient',
    '^What a loss says of one image',
    '^Metrics of three images',
    '^(layer|block) +(.* +)?parameters',
  ].join('|'),
);

/** The first lines of those tables, figures and image grids of an executed notebook that don't name `dataset`. */
export function unnamedOutputs(executed: string, dataset: string): string[] {
  const { cells } = JSON.parse(fs.readFileSync(executed, 'utf8')) as { cells: { outputs?: Shown[] }[] };
  return cells
    .flatMap(({ outputs = [] }) => outputs)
    .filter(({ data }) => data !== undefined && 'text/html' in data)
    .map(({ data }) => [data!['text/plain']].flat().join(''))
    .filter((text) => !ofTheNetwork.test(text) && !heading(text).includes(dataset))
    .map((text) => text.split('\n')[0]);
}

/** Caption or title with subtitle: what stands above the first row of numbers. */
function heading(text: string): string {
  return text.split('\n').slice(0, 2).join('\n');
}
