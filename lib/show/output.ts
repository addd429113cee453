import { randomUUID } from 'node:crypto';
import { displayHost, type MimeBundle } from '../runtime/display';

/** Something to show, in the forms that a notebook, a page and a terminal can take. */
export interface Output extends MimeBundle {
  /** What a terminal prints, and what a reader gets who can show nothing else. */
  readonly 'text/plain': string;
}

/** Shows `output` below the running cell, or prints its text where there is no notebook. */
export function emit(output: Output): void {
  const host = displayHost();
  if (host) host.show(output);
  else console.log(output['text/plain']);
}

/** A place below the running cell whose content can be replaced. Only for notebooks: ask `inNotebook` first. */
export class Place {
  readonly #id = randomUUID();
  #used = false;

  show(output: Output): void {
    displayHost()?.show(output, this.#id, this.#used);
    this.#used = true;
  }
}

export function inNotebook(): boolean {
  return displayHost() !== undefined;
}
