/** What the networks make of the picture, kept up to date. */
import { effect, type ReadonlySignal, signal, type Signal } from '@preact/signals';
import type { LoadedNetwork, Look, Pixels } from '../engine/types';
import { messageOf } from './errors';
import { networks } from './networks';
import { inputFor } from './picture';

const current = [signal<Look | null>(null), signal<Look | null>(null)] as const;

/** What the first and the second network made of the picture; null before they have. */
export const looks: readonly ReadonlySignal<Look | null>[] = current;

/** Why there is nothing to see, if a network fails on a picture. */
export const lookErrors: readonly Signal<string | null>[] = [signal(null), signal(null)];

/** Looks again after each change of picture or network, from now on. */
export function keepLooking(): void {
  for (const [place, look] of current.entries()) {
    const looker = new Looker(look, lookErrors[place]);
    effect(() => {
      const network = networks[place].value;
      looker.ask(network && { network, image: inputFor(network.pack.imageShape).value });
    });
  }
}

interface Question {
  readonly network: LoadedNetwork;
  readonly image: Pixels;
}

/** Answers the latest question, one at a time and at most one a frame: those between are left out. */
class Looker {
  private question: Question | null = null;
  private isBusy = false;
  /** The look before the current one: what it was asked for may still be on its way from the graphics card. */
  private last: Look | null = null;

  constructor(
    private readonly look: Signal<Look | null>,
    private readonly error: Signal<string | null>,
  ) {}

  ask(question: Question | null): void {
    this.question = question;
    if (question === null) this.show(null, null);
    else if (!this.isBusy) void this.answer();
  }

  private async answer(): Promise<void> {
    this.isBusy = true;
    await new Promise(requestAnimationFrame);
    while (this.question !== null) {
      const { network, image } = this.question;
      this.question = null;
      try {
        this.show(await network.look(image), null);
      } catch (error) {
        this.show(null, messageOf(error));
      }
      // What is shown is drawn before the next answer takes the processor.
      await new Promise(requestAnimationFrame);
    }
    this.isBusy = false;
  }

  private show(look: Look | null, error: string | null): void {
    const before = this.look.peek();
    this.look.value = look;
    this.error.value = error;
    this.last?.dispose();
    this.last = before;
  }
}
