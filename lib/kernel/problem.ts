/** A problem that the type check found. Positions count from 0. */
export interface Problem {
  /** Path relative to the project, or undefined for the cell itself. */
  readonly file: string | undefined;
  readonly line: number;
  readonly character: number;
  readonly length: number;
  readonly code: number;
  readonly message: string;
}
