/**
 * How pixels are standardised before the network gets them: (x − mean) / deviation for each channel, where x is a
 * byte divided by 255.
 */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}
