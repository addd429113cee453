/** What this machine's processor can do, as far as the choice of a number type depends on it. */
import * as fs from 'node:fs';

/** Linux's names of the instructions that multiply bfloat16, those for vectors and those for matrices. */
const bfloat16Flags = ['avx512_bf16', 'amx_bf16'];

/**
 * Whether the processor multiplies bfloat16 itself. Without that, oneDNN converts to float32 and back, and is slower for it.
 * @param cpuInfo Linux's list of processors and their flags
 * @returns false where there is no such list: on other systems than Linux
 */
export function multipliesBfloat16(cpuInfo = '/proc/cpuinfo'): boolean {
  let text: string;
  try {
    text = fs.readFileSync(cpuInfo, 'utf8');
  } catch {
    return false;
  }
  const flags = /^flags\s*:(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  return bfloat16Flags.some((flag) => flags.includes(flag));
}
