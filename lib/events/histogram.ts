/** As many as TensorBoard's own writers make. */
const count = 30;

/**
 * Counts values between edges at equal distances, from the least value to the greatest. If all values are the same, they
 * are in the last bucket, and all edges are that value, as TensorBoard's own writers have it.
 * @param values finite, and at least one
 * @returns rows of the left edge, the right edge and the number of values between them
 */
export function bucketsOf(values: Float32Array): Float64Array {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const width = (greatest - least) / count;
  const buckets = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    buckets[3 * i] = least + i * width;
    buckets[3 * i + 1] = i === count - 1 ? greatest : least + (i + 1) * width;
  }
  for (const value of values) {
    const bucket = width === 0 ? count - 1 : Math.min(count - 1, Math.floor((value - least) / width));
    buckets[3 * bucket + 2]++;
  }
  return buckets;
}
