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
