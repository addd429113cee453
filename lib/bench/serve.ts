import * as readline from 'node:readline';
import type { Question } from './protocol';

/** What a contender in Node does: answers the questions on standard input, one line each. */
export async function serve(answer: (question: Question) => Promise<object>): Promise<void> {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line) as Question).catch((error: unknown) => ({
      error: String(error),
    }));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}
