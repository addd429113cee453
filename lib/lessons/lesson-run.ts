import * as path from 'node:path';
import type { Dataset } from '../data/types';
import { networks, type NetworkName } from '../models/registry';
import { profileFor, type ProfileName } from './profiles';
import { runFiles } from '../runs/run-files';
import type { RunOptions } from '../runs/run-folder';
import { runPath } from '../runs/run-path';

export interface LessonRun extends RunOptions {
  /** What tables and figures call the run: `AlexNet8, width 0.25, augmented`. */
  readonly label: string;
  /** Path of the file to which a lesson writes its weights as text. */
  readonly weightsFile: string;
}

/**
 * The run in which a lesson trains. It is named after what is trained, the profile and the images, so that each
 * combination has a folder of its own and continues where it stopped. If the options differ, for instance because a
 * reader changed a number, the run starts afresh.
 * @param what the network, and for a variant what is different: `alexnet8-augmented`
 * @param seed of this run, if the same is trained from several seeds; the first is 1
 */
export function lessonRun(what: string, profile: ProfileName, dataset: Dataset, seed = 1): LessonRun {
  const name = [
    ...[what, profile, dataset.source.digest.slice(0, 8)],
    ...(seed === 1 ? [] : [`seed${seed}`]),
  ].join('-');
  const label = lessonLabel(what, profile);
  return { name, label, resume: 'same', weightsFile: path.join(runPath(name), runFiles.weightsText) };
}

/** The network's title, with its width unless that is 1, and what is different. */
export function lessonLabel(what: string, profile: ProfileName): string {
  const [first, ...different] = what.split('-');
  if (!Object.hasOwn(networks, first)) return what;
  const network = first as NetworkName;
  const { width } = profileFor(network, profile);
  return [networks[network].title, ...(width === 1 ? [] : [`width ${width}`]), ...different].join(', ');
}
