/** How many images to take at a time, so that the page answers in between: as many as fit into some milliseconds. */
export class Pace {
  size = 1;

  constructor(
    /** Milliseconds. */
    private readonly budget = 60,
    private readonly largest = 32,
  ) {}

  /** Learns from a batch that was timed. */
  note(images: number, milliseconds: number): void {
    const fitting = Math.floor((this.budget * images) / Math.max(milliseconds, 1));
    this.size = Math.max(1, Math.min(2 * this.size, this.largest, fitting));
  }
}
