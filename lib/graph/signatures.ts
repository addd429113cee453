/** The names under which a training graph offers its work. What each takes and gives stands where it is offered. */
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
} as const;
