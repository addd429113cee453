import { randomUUID } from 'node:crypto';
import { displayHost, type MimeBundle } from '../runtime/display';

/** Something to show, in the formats for notebooks, pages and terminals. */
export interface Output extends MimeBundle {
  /** For terminals, and for programs that can show nothing else. */
  readonly 'text/plain': string;
}

/** Shows `output` below the running cell; outside a notebook, prints its text. */
export function emit(output: Output): void {
  const host = displayHost();
  if (host) host.show(output);
  else console.log(output['text/plain']);
}

/** An output below the running cell whose content can be replaced. Only for notebooks: check `inNotebook` first. */
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
