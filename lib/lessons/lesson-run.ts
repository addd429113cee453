import * as path from 'node:path';
import type { Dataset } from '../data/types';
import { networks, type NetworkName } from '../models/registry';
import { profileFor, type ProfileName } from './profiles';
import { runFiles } from '../runs/run-files';
import type { RunOptions } from '../runs/run-folder';
import { runPath } from '../runs/run-path';

export interface LessonRun extends RunOptions {
  /** What tables and figures call it: `AlexNet8, width 0.25, augmented`. */
  readonly label: string;
  /** Where a lesson writes its weights as text. */
  readonly weightsFile: string;
}

/**
 * Where a lesson keeps its training: a run named after what is trained, the profile and the images, so that each
 * combination has a folder of its own and is taken up again where it stopped. With other options, for instance after a
 * reader has changed a number, it is begun anew.
 * @param what the network, and for a variant what is different: `alexnet8-augmented`
 * @param seed where the same is trained from several seeds, the one of this run; the first is 1
 */
export function lessonRun(what: string, profile: ProfileName, dataset: Dataset, seed = 1): LessonRun {
  const name = [
    ...[what, profile, dataset.source.digest.slice(0, 8)],
    ...(seed === 1 ? [] : [`seed${seed}`]),
  ].join('-');
  const label = lessonLabel(what, profile);
  return { name, label, resume: 'same', weightsFile: path.join(runPath(name), runFiles.weightsText) };
}

/** The network's title, with its width where that is not 1, and what is different; a number is one of epochs. */
export function lessonLabel(what: string, profile: ProfileName): string {
  const [first, ...different] = what.split('-');
  if (!Object.hasOwn(networks, first)) return what;
  const network = first as NetworkName;
  const { width, epochs } = profileFor(network, profile);
  const told = different
    .filter((each) => each !== String(epochs))
    .map((each) => (/^\d+$/.test(each) ? `${each} epochs` : each));
  return [networks[network].title, ...(width === 1 ? [] : [`width ${width}`]), ...told].join(', ');
}
