/** The local Chromium, which draws what scripts would draw for a reader. */
import * as fs from 'node:fs';
import type { Browser } from 'playwright-core';
import { UserError } from '../runtime/errors';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Path of an installed Chromium; undefined if there is none. If the environment variable CHROMIUM is set, only that
 * path is tried.
 * @throws UserError if the file that CHROMIUM names doesn't exist
 */
export function findChromium(named = process.env.CHROMIUM): string | undefined {
  if (!named) return usualPlaces.find((file) => fs.existsSync(file));
  if (fs.existsSync(named)) return named;
  throw new UserError(
    `CHROMIUM is ${named}, but there is no such file: name the browser's program, or unset it.`,
  );
}

/**
 * Starts Chromium without a window.
 * @param program the browser's path; see {@link findChromium}
 * @param more further arguments
 * @throws UserError that says what to install, if the browser or playwright-core is missing
 */
export async function launchChromium(
  program: string | undefined,
  more: readonly string[] = [],
): Promise<Browser> {
  if (program === undefined) {
    throw new UserError(
      'There is no Chromium here to draw pictures with. Install it (on Debian: apt-get install chromium), or name ' +
        'the program of a Chromium or Chrome in the environment variable CHROMIUM.',
    );
  }
  const { chromium } = await playwright();
  try {
    return await chromium.launch({
      executablePath: program,
      args: [
        ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
        ...['--disable-background-networking', '--disable-component-update'],
        ...more,
      ],
    });
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new UserError(`${program} could not be started: ${reason}`);
  }
}

async function playwright(): Promise<typeof import('playwright-core')> {
  try {
    return await import('playwright-core');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new UserError(
      'The npm package playwright-core is missing, which drives Chromium. `npm ci` without --omit=dev installs it.',
    );
  }
}
