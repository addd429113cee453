/** The names of a training graph's signatures. Inputs and outputs are described at the functions that offer them. */
export const signature = {
  writeWeights: 'write_weights',
  readWeights: 'read_weights',
  writeSlots: 'write_slots',
  readSlots: 'read_slots',
  writeImages: 'write_images',
  clear: 'clear',
  train: 'train',
  gradients: 'gradients',
  checkLayers: 'check_layers',
  checkWeights: 'check_weights',
  measure: 'measure',
  statistics: 'statistics',
} as const;

/**
 * The name of a signature for images of a smaller side, which `train`, `gradients` and `checkLayers` are offered for.
 * @param side null for full size
 */
export function atSide(name: string, side: number | null): string {
  return side === null ? name : `${name}_at_${side}`;
}
