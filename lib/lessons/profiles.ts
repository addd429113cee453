import type { NetworkName } from '../models/registry';

/** How much of the data a run uses, and how long it trains. */
export interface Profile {
  /** Number of images to load. Defaults to all. */
  readonly trainLimit?: number;
  readonly testLimit?: number;
  readonly epochs: number;
  readonly batchSize: number;
}

export type ProfileName = 'tiny' | 'quick' | 'full';

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  /** Takes seconds: shows that everything runs. The results mean nothing. */
  tiny: { trainLimit: 400, testLimit: 200, epochs: 2, batchSize: 32 },
  /** Takes less than a minute on two cores: enough to see a network learn. */
  quick: { trainLimit: 5_000, testLimit: 1_000, epochs: 3, batchSize: 32 },
  /** The recipe for comparing networks: all images, ten epochs. */
  full: { epochs: 10, batchSize: 32 },
};

export interface NetworkProfile extends Profile {
  /** Multiplies the network's channels and units; 1 leaves the network as it is. */
  readonly width: number;
}

type Change = Partial<Omit<NetworkProfile, 'batchSize'>>;

/**
 * What the short profiles change. Networks that would take minutes at full width are narrower, and those that learn
 * slowly at first have more epochs: LeNet-5 because of its sigmoids, AlexNet8 and VGG16 because of their depth. `full`
 * is the same for all networks.
 */
const changes: Partial<Readonly<Record<NetworkName, Partial<Readonly<Record<ProfileName, Change>>>>>> = {
  lenet5: { quick: { epochs: 15 } },
  alexnet8: { tiny: { width: 0.25 }, quick: { width: 0.25, epochs: 5 } },
  vgg16: { tiny: { width: 0.25 }, quick: { width: 0.25, epochs: 5 } },
  resnet18: { tiny: { width: 0.25 }, quick: { width: 0.25 } },
};

/** The profile for one network; `full` is always the network at full width, on all images. */
export function profileFor(network: NetworkName, profile: ProfileName): NetworkProfile {
  return { ...profiles[profile], width: 1, ...changes[network]?.[profile] };
}

/**
 * The seeds with which a comparison trains each network or setting: three in `full`. The short profiles have two,
 * enough to estimate the spread over seeds from many networks or settings taken together.
 */
export function seedsFor(profile: ProfileName): readonly number[] {
  return profile === 'full' ? [1, 2, 3] : [1, 2];
}
