import type { NetworkName } from '../models/registry';

/** How much of the data a run takes, and how long it trains. */
export interface Profile {
  /** Images to load; all there are where left out. */
  readonly trainLimit?: number;
  readonly testLimit?: number;
  readonly epochs: number;
  readonly batchSize: number;
}

export type ProfileName = 'tiny' | 'quick' | 'full';

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  /** Seconds: shows that everything runs. The results mean nothing. */
  tiny: { trainLimit: 400, testLimit: 200, epochs: 2, batchSize: 32 },
  /** Under a minute on two cores: enough to see a network learn. */
  quick: { trainLimit: 5_000, testLimit: 1_000, epochs: 3, batchSize: 32 },
  /** The recipe that the networks are compared with: all images, ten epochs. */
  full: { epochs: 10, batchSize: 32 },
};

export interface NetworkProfile extends Profile {
  /** Multiplies the network's channels and units; 1 is the network itself. */
  readonly width: number;
}

type Change = Partial<Omit<NetworkProfile, 'batchSize'>>;

/**
 * What the short profiles do otherwise: networks that would take minutes at their own size are narrower, and those
 * that are slow to get going have more epochs: LeNet-5 for its sigmoids, AlexNet8 and VGG16 for their depth. `full` is the same for all.
 */
const changes: Partial<Readonly<Record<NetworkName, Partial<Readonly<Record<ProfileName, Change>>>>>> = {
  lenet5: { quick: { epochs: 15 } },
  alexnet8: { tiny: { width: 0.25 }, quick: { width: 0.25, epochs: 5 } },
  vgg16: { tiny: { width: 0.25 }, quick: { width: 0.25, epochs: 5 } },
  resnet18: { tiny: { width: 0.25 }, quick: { width: 0.25 } },
};

/** The profile for one network; `full` is always the network itself, on all images. */
export function profileFor(network: NetworkName, profile: ProfileName): NetworkProfile {
  return { ...profiles[profile], width: 1, ...changes[network]?.[profile] };
}

/**
 * The seeds that a comparison trains each of its subjects from: two where there is little time, enough to see how far
 * chance reaches if many subjects are taken together, and three in `full`.
 */
export function seedsFor(profile: ProfileName): readonly number[] {
  return profile === 'full' ? [1, 2, 3] : [1, 2];
}
