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
