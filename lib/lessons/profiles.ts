import type { NetworkOptions } from '../models/network';
import { networks, type NetworkName } from '../models/registry';

/** How much of the data a run uses, and how long it trains. */
export interface Profile {
  /** Number of images to load. Defaults to all. */
  readonly trainLimit?: number;
  readonly testLimit?: number;
  /** The same for all networks, so that they can be compared. */
  readonly epochs: number;
  readonly batchSize: number;
  /** Epochs of each of the many runs in the lesson on hyperparameters. */
  readonly studyEpochs: number;
}

export type ProfileName = 'tiny' | 'quick' | 'full';

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  /** Takes seconds: shows that everything runs. The results mean nothing. */
  tiny: { trainLimit: 400, testLimit: 200, epochs: 2, batchSize: 32, studyEpochs: 2 },
  /** Takes less than a minute on two cores: enough to see which networks do better. */
  quick: { trainLimit: 4_000, testLimit: 1_000, epochs: 5, batchSize: 32, studyEpochs: 3 },
  /** The recipe for comparing networks: all images, ten epochs. */
  full: { epochs: 10, batchSize: 32, studyEpochs: 10 },
};

/** The profile for one network. */
export interface NetworkProfile extends Profile {
  /** Multiplies the network's channels and units; 1 leaves the network as it is. */
  readonly width: number;
  /** What the profile changes in the network, for `build`; nothing in `full`. */
  readonly changes: NetworkOptions;
  /** What is different, in the name of the run that lessons compare; missing if only the width is. */
  readonly variant?: string;
}

/** A start at He's scale, for networks with ReLU. */
const he = { initialiser: 'he' } as const;

/**
 * What the short profiles change. Networks that would take minutes at full width are narrower, and those of them that
 * have dropout do without: with a few hundred steps there is no learning by heart to prevent, and it only slows
 * training down.
 */
const changes: Readonly<Record<NetworkName, NetworkOptions>> = {
  baseline: he,
  // As in the recipe `best`: by sigmoids it would hardly learn in so few steps.
  lenet5: { activation: 'relu' },
  alexnet8: { ...he, width: 0.25, dropout: 0 },
  vgg16: { ...he, width: 0.25, dropout: 0 },
  resnet18: { ...he, width: 0.25 },
  inception10: he,
  speedrun: { width: 0.25 },
};

/** The profile for one network; `full` is always the network as it is, on all images. */
export function profileFor(network: NetworkName, profile: ProfileName): NetworkProfile {
  const changed = profile === 'full' ? {} : changes[network];
  return {
    ...profiles[profile],
    width: changed.width ?? 1,
    changes: changed,
    ...(changed.activation === 'relu' && { variant: 'ReLU' }),
  };
}

/** A network that the lessons train by their common recipe and compare; the speed-run has a recipe of its own. */
export type ComparedNetwork = Exclude<NetworkName, 'speedrun'>;

export const comparedNetworks = (Object.keys(networks) as NetworkName[]).filter(
  (name): name is ComparedNetwork => name !== 'speedrun',
);

/**
 * The seeds with which a comparison trains each network or setting: three in `full`. The short profiles have two,
 * enough to estimate the spread over seeds from many networks or settings taken together.
 */
export function seedsFor(profile: ProfileName): readonly number[] {
  return profile === 'full' ? [1, 2, 3] : [1, 2];
}
