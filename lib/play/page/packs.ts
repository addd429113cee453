/**
 * Packs arrive in scripts of their own, each of which calls `playground.add(pack)`: with the page, or when the page asks for
 * one that it is offered. (A page from disk may load scripts but may not fetch files.)
 */
import type { BlueprintPack, Contents, NetworkPack, Offer, Pack, PicturesPack, ProgramPack } from '../pack';

/** What scripts beside the page call; the page's first lines keep what comes before its script. */
interface Playground {
  offer(contents: Contents): void;
  add(pack: Pack): void;
}

/** Of the page's first lines. */
interface Early extends Playground {
  readonly contents: readonly Contents[];
  readonly packs: readonly Pack[];
}

declare global {
  interface Window {
    playground?: Playground | Early;
  }
}

type Of<Kind extends Pack['kind']> = Extract<Pack, { readonly kind: Kind }>;

const programOffer = { kind: 'program', id: 'wasm', title: 'WebAssembly', file: 'packs/wasm.js' } as const;

/** A pack's name among those of its kind. */
function idOf(pack: Pack): string {
  switch (pack.kind) {
    case 'network':
    case 'blueprint':
      return pack.id;
    case 'pictures':
      return pack.split;
    case 'program':
      return programOffer.id;
  }
}

class Packs implements Playground {
  private readonly arrived = new Map<string, Pack>();
  private readonly asked = new Map<string, Promise<Pack>>();
  private contents: readonly Offer[] = [];

  offer({ offers }: Contents): void {
    this.contents = [...this.contents, ...offers];
  }

  add(pack: Pack): void {
    this.arrived.set(keyOf(pack.kind, idOf(pack)), pack);
  }

  /** Takes what came before the page's script, and what comes from now on. */
  receive(): void {
    const { playground } = window;
    if (playground && 'contents' in playground) {
      for (const contents of playground.contents) this.offer(contents);
      for (const pack of playground.packs) this.add(pack);
    }
    window.playground = this;
  }

  /** What there is to choose from, in order. */
  offers(kind: Offer['kind']): readonly Offer[] {
    return this.contents.filter((offer) => offer.kind === kind);
  }

  /** Networks that have arrived. */
  get networks(): readonly NetworkPack[] {
    return [...this.arrived.values()].filter((pack): pack is NetworkPack => pack.kind === 'network');
  }

  /** @throws Error with a sentence for the reader if it can't be loaded */
  network(id: string): Promise<NetworkPack> {
    return this.request('network', id);
  }

  blueprint(id: string): Promise<BlueprintPack> {
    return this.request('blueprint', id);
  }

  pictures(split: PicturesPack['split']): Promise<PicturesPack> {
    return this.request('pictures', split);
  }

  program(): Promise<ProgramPack> {
    return this.request('program', programOffer.id);
  }

  private async request<Kind extends Pack['kind']>(kind: Kind, id: string): Promise<Of<Kind>> {
    const key = keyOf(kind, id);
    const pack = this.arrived.get(key) ?? (await this.once(key, kind, id));
    return pack as Of<Kind>;
  }

  private once(key: string, kind: Pack['kind'], id: string): Promise<Pack> {
    const asked = this.asked.get(key) ?? this.load(key, kind, id);
    this.asked.set(key, asked);
    // A file that was missing may be there the next time.
    asked.catch(() => this.asked.delete(key));
    return asked;
  }

  private async load(key: string, kind: Pack['kind'], id: string): Promise<Pack> {
    const offered = this.contents.find((offer) => offer.kind === kind && offer.id === id);
    const file = kind === 'program' ? programOffer.file : offered?.file;
    if (file === undefined || file === null) throw new Error(`This page holds no ${kind} named "${id}".`);
    await runScript(file);
    const pack = this.arrived.get(key);
    if (!pack) throw new Error(`The file ${file} is damaged: it holds no ${kind} named "${id}".`);
    return pack;
  }
}

function keyOf(kind: Pack['kind'], id: string): string {
  return `${kind} ${id}`;
}

function runScript(file: string): Promise<void> {
  const script = document.createElement('script');
  script.src = file;
  return new Promise((resolve, reject) => {
    script.onload = () => {
      resolve();
    };
    script.onerror = () => {
      reject(new Error(`The file ${file} beside this page is missing or can't be read.`));
    };
    document.head.append(script);
  });
}

export const packs = new Packs();
