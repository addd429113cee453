/** 170052171 -> '170,052,171'. Fixed grouping: messages are the same in every locale. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** 1 -> '1 byte', 3073 -> '3,073 bytes'. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(value)} ${value === 1 ? noun : plural}`;
}

/** 170052171 -> '170.1 MB' */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A text of at most so many letters, whose last one is `…` if some were left out. */
export function shortened(text: string, most: number): string {
  const letters = Array.from(text);
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}
