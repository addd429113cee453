/** What a page offers, and how each pack is had when it is asked for. */
import type { NetworkFacts, Offer, Pack } from './pack';

/** A pack that is made when it is needed. */
export interface Offered {
  readonly kind: Offer['kind'];
  readonly id: string;
  readonly title: string;
  readonly facts: NetworkFacts | null;
  /** The name of a published network. */
  readonly network?: string;
  make(): Promise<Pack>;
}

/** What a page needs of a pack's title before the pack. */
export function offerOf(
  { kind, id, title, facts }: Offered,
  file: string | null,
  bytes: number | null,
): Offer {
  return { kind, id, title, file, bytes, facts };
}
