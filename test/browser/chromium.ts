/** A real Chromium for tests, if the machine has one. */
import type { Browser, Locator, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../../lib/export/chromium';

/** For a test's `skip` option: false, or why it can't run here. */
export const skipWithoutChromium =
  findChromium() === undefined ? 'no Chromium here: install one, or name it in CHROMIUM' : false;

/** @param args further ones of Chromium's command line */
export async function launch(args: readonly string[] = []): Promise<Browser> {
  return launchChromium(findChromium(), args);
}

/** What went wrong on a page, and what it asked of the network. */
export interface PageLog {
  readonly errors: string[];
  /** Requests to any other host than this machine. */
  readonly requests: string[];
}

/**
 * Starts to note a page's errors and requests.
 * @param isLeftOut errors that are not the page's: by their text, with the address that they come from
 */
export function watch(page: Page, isLeftOut: (error: string) => boolean = () => false): PageLog {
  const log: PageLog = { errors: [], requests: [] };
  page.on('pageerror', (error) => log.errors.push(error.message));
  page.on('console', (message) => {
    const error = `${message.text()} (${message.location().url})`;
    if (message.type() === 'error' && !isLeftOut(error)) log.errors.push(error);
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOutside =
      /^(https?|wss?):$/.test(protocol) && hostname !== '127.0.0.1' && hostname !== 'localhost';
    if (isOutside) log.requests.push(request.url());
  });
  return log;
}

/** Waits until the playground in a frame has said how likely a class is. */
export async function playgroundAnswers(frame: Locator): Promise<void> {
  await frame.scrollIntoViewIfNeeded({ timeout: 60_000 });
  const answer = frame.contentFrame().getByText(/^\d+ %$/);
  await answer.first().waitFor({ timeout: 60_000 });
}
