/**
 * How pixels are brought to a common scale before the network gets them: (x − mean) / deviation, for each channel,
 * in units of 1 (bytes are divided by 255 first).
 */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}
