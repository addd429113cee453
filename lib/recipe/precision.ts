/** `mixed_bfloat16` computes in bfloat16 and keeps weights in float32, like Keras's policy of that name. */
export type Precision = 'float32' | 'mixed_bfloat16';
