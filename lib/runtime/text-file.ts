import * as fs from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * The beginning of a text file, however large the file is.
 * @param width characters to keep of each line; a cut is marked
 */
export async function firstLines(file: string, count: number, width = 100): Promise<string[]> {
  const lines: string[] = [];
  const stream = fs.createReadStream(file, 'utf8');
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      if (lines.length === count) break;
      lines.push(line.length > width ? `${line.slice(0, width - 1)}…` : line);
    }
  } finally {
    stream.destroy();
  }
  return lines;
}
