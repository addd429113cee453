export interface Eigen {
  /** Unit vectors at right angles to each other, in the order of the values. */
  readonly vectors: readonly (readonly number[])[];
  /** From the largest to the smallest. */
  readonly values: readonly number[];
}

/** Eigenvectors and eigenvalues of a symmetric matrix, by Jacobi's rotations. For small matrices: n³ steps a sweep. */
export function symmetricEigen(matrix: readonly (readonly number[])[]): Eigen {
  const size = matrix.length;
  const a = matrix.map((row) => [...row]);
  const columns = a.map((_, i) => a.map((__, j) => (i === j ? 1 : 0)));
  // Near the end each sweep squares the error; a handful is enough, more for larger matrices.
  for (let sweep = 0; sweep < 20; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (a[p][q] === 0) continue;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cos = 1 / Math.hypot(t, 1);
        const rotation: Rotation = { p, q, cos, sin: t * cos };
        rotateColumns(a, rotation);
        rotateRows(a, rotation);
        rotateColumns(columns, rotation);
      }
    }
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return {
    vectors: order.map((i) => columns.map((row) => row[i])),
    values: order.map((i) => a[i][i]),
  };
}

interface Rotation {
  readonly p: number;
  readonly q: number;
  readonly cos: number;
  readonly sin: number;
}

function rotateColumns(matrix: number[][], { p, q, cos, sin }: Rotation): void {
  for (const row of matrix) [row[p], row[q]] = [cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]];
}

function rotateRows(matrix: number[][], { p, q, cos, sin }: Rotation): void {
  const [first, second] = [matrix[p], matrix[q]];
  matrix[p] = first.map((value, i) => cos * value - sin * second[i]);
  matrix[q] = first.map((value, i) => sin * value + cos * second[i]);
}
