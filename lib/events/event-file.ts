import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runFiles } from '../runs/run-files';
import { storing } from '../runs/storing';
import { fileVersion, readEvent, type Event } from './event';
import { framed, unframed } from './records';

/** TensorBoard looks for `tfevents` in a file's name, and reads the files of a folder in the order of their names. */
const ours = /^events\.out\.tfevents\.(\d+)\..*\.tslab$/;

/** The name of a file in the making: nothing that TensorBoard would read. */
const unfinished = 'events.partial';

/**
 * The event file of one folder. There is one of each tag and step in it: a training that goes on first takes out what it
 * will write again. Nothing is written over: TensorBoard may be reading, and a process may be killed at any time.
 */
export class EventFile {
  /** Undefined as long as there is nothing to write. */
  #file: string | undefined;
  readonly #held: Set<string>;

  private constructor(
    readonly folder: string,
    file: string | undefined,
    held: readonly Event[],
  ) {
    this.#file = file;
    this.#held = new Set(held.map(keyOf));
  }

  /**
   * Opens what a folder holds, to go on with it.
   * @param keeps what of it is to stay; all of it by default
   */
  static open(folder: string, keeps: (event: Event) => boolean = () => true): Promise<EventFile> {
    return storing(folder, 'written', () => {
      const files = filesIn(folder);
      const read = files.map((file) => unframed(fs.readFileSync(path.join(folder, file))));
      const all = read.flatMap(({ records }) => records.map(readEvent));
      // Two files with the same events are left by a process that was killed between writing one and removing the other.
      const kept = [...new Map(all.map((event) => [keyOf(event), event])).values()].filter(
        (event) => isVersion(event) || keeps(event),
      );
      const isAsItWas = files.length <= 1 && kept.length === all.length && read.every((each) => each.isWhole);
      if (isAsItWas && files.length === 0) return new EventFile(folder, undefined, []);
      if (isAsItWas) return new EventFile(folder, path.join(folder, files[0]), kept);
      const file = begin(folder, files, kept);
      for (const each of files) fs.rmSync(path.join(folder, each));
      return new EventFile(folder, file, kept);
    });
  }

  has(tag: string, step: number): boolean {
    return this.#held.has(keyOf({ tag, step }));
  }

  /** Adds events that are not there yet, in one piece: another process finds all of them or none. */
  async add(events: readonly Event[]): Promise<void> {
    const added = events.filter(({ tag, step }) => !this.has(tag, step));
    if (added.length === 0) return;
    await storing(this.folder, 'written', () => {
      this.#file ??= begin(this.folder, [], []);
      fs.appendFileSync(this.#file, bytesOf(added));
    });
    for (const each of added) this.#held.add(keyOf(each));
  }
}

const keyOf = ({ tag, step }: Pick<Event, 'tag' | 'step'>): string => `${step} ${tag}`;

const isVersion = (event: Event): boolean => keyOf(event) === keyOf(version);
const version = fileVersion();

function filesIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => ours.test(name))
    .sort();
}

/** @returns the file, whose name comes after those of `before` */
function begin(folder: string, before: readonly string[], events: readonly Event[]): string {
  const started = before.map((name) => Number(ours.exec(name)?.[1]));
  const seconds = Math.max(Math.floor(Date.now() / 1000), ...started.map((each) => each + 1));
  const file = path.join(folder, `${runFiles.eventsPrefix}${seconds}.${os.hostname()}.tslab`);
  const making = path.join(folder, unfinished);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(making, bytesOf([version, ...events.filter((each) => !isVersion(each))]));
  fs.renameSync(making, file);
  return file;
}

function bytesOf(events: readonly Event[]): Buffer {
  return Buffer.concat(events.map(({ bytes }) => framed(bytes)));
}
