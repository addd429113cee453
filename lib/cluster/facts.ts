/** What has to be the same on two machines for a run to come out the same: the code, its packages, and the images. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Dataset } from '../data/types';
import { projectRoot } from '../runtime/paths';
import { versions } from '../runtime/versions';

export interface CodeFacts {
  /** The project's commit, whether or not files have changed since; `v` and the version outside a git clone. */
  readonly commit: string | null;
  /** Digest of the code itself, which may have changed since the commit. */
  readonly code: string;
  /** Digest of package-lock.json. */
  readonly packages: string;
  readonly tensorflow: string;
  /** The major version. */
  readonly node: string;
}

export interface ImagesFact {
  readonly name: string;
  /** sha256 of all images and labels. */
  readonly digest: string;
}

/** What a worker says of itself. */
export interface WorkerFacts {
  readonly code: CodeFacts;
  readonly images: readonly ImagesFact[];
  /** A worker has a resource of each of these names, and a run takes one of its code's and one of its images'. */
  readonly keys: readonly string[];
}

/** Facts of this clone. */
export function codeFacts(): CodeFacts {
  const { commit, tensorflow, node } = versions();
  return {
    // Whether files of the code have changed since, its digest tells; others do not matter.
    commit: commit?.replace(/-dirty$/, '') ?? null,
    code: digestOf([...modulesIn('lib'), ...modulesIn('scripts'), 'package.json', 'tsconfig.json']),
    packages: digestOf(['package-lock.json']),
    tensorflow,
    node: node.split('.')[0],
  };
}

/** @param dataset loaded as a whole */
export function imagesFact({ name, source }: Dataset): ImagesFact {
  return { name, digest: source.digest };
}

/** The name of the resource that stands for a fact: equal on two machines if the fact is. */
export function keyOf(kind: 'code' | 'images', fact: CodeFacts | ImagesFact): string {
  return `${kind}-${createHash('sha256').update(JSON.stringify(fact)).digest('hex').slice(0, 16)}`;
}

export function workerFacts(code: CodeFacts, images: readonly ImagesFact[]): WorkerFacts {
  return { code, images, keys: [keyOf('code', code), ...images.map((each) => keyOf('images', each))] };
}

/**
 * Why a worker can't take these runs.
 * @returns the ends of a sentence; empty if it can
 */
export function differences(here: CodeFacts, images: readonly ImagesFact[], there: WorkerFacts): string[] {
  const { code } = there;
  const shown = (commit: string | null): string => commit ?? 'no commit';
  const ofCode = [
    ...(code.commit === here.commit
      ? []
      : [`its commit is ${shown(code.commit)}, and here it is ${shown(here.commit)}`]),
    ...(code.commit === here.commit && code.code !== here.code
      ? ['files of its lib or scripts are not those of here, though the commit is the same']
      : []),
    ...(code.packages === here.packages ? [] : ['its package-lock.json is another one']),
    ...(code.tensorflow === here.tensorflow
      ? []
      : [`it has TensorFlow ${code.tensorflow}, and here it is ${here.tensorflow}`]),
    ...(code.node === here.node ? [] : [`it has Node ${code.node}, and here it is ${here.node}`]),
  ];
  const lacking = images.filter(
    ({ name, digest }) => !there.images.some((each) => each.digest === digest && each.name === name),
  );
  return [...ofCode, ...lacking.map((each) => lackOf(each, there.images))];
}

function lackOf({ name, digest }: ImagesFact, there: readonly ImagesFact[]): string {
  const short = (each: string): string => each.slice(0, 12);
  const namesake = there.find((each) => each.name === name);
  if (namesake) {
    return `its images of "${name}" are other ones (sha256 ${short(namesake.digest)}, and here ${short(digest)})`;
  }
  return `it has no images of "${name}", but of ${there.map((each) => `"${each.name}"`).join(' and ')}`;
}

const moduleFile = /\.(?:[cm]?[jt]s|json|py|cc|h)$/;

function modulesIn(folder: string): string[] {
  const names = fs.readdirSync(path.join(projectRoot, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => moduleFile.test(name))
    .map((name) => path.join(folder, name))
    .sort();
}

function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = fs.readFileSync(path.join(projectRoot, file));
    hash.update(`${file}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}
