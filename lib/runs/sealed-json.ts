/**
 * JSON that shows whether it was changed after it was written: its last property is the SHA-256 of all the others. It
 * stays plain JSON, which other programs may read and reformat. Files without a checksum, from before there was
 * one, are read as they are.
 */
import { sha256 } from '../data/hash';
import { DamagedError } from './sealed-folder';

const seal = 'sha256';

/** @param indent spaces per level; 0 for everything in one line */
export function sealedJson(content: object, indent = 2): string {
  return `${JSON.stringify({ ...content, [seal]: digestOf(content) }, null, indent)}\n`;
}

/**
 * @returns the content without its checksum
 * @throws DamagedError if it is not a JSON object, or its content and its checksum do not match
 */
export function parseSealedJson(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const parsed = parse(bytes);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new DamagedError('is damaged: it is not a JSON object');
  }
  const entries = Object.entries(parsed);
  const [name, digest] = entries.at(-1) ?? [];
  const content = Object.fromEntries(entries.slice(0, -1));
  // A checksum that matches under another name is damage as well: to the name.
  if ((digest === digestOf(content)) !== (name === seal)) {
    throw new DamagedError('is damaged: its content does not match its checksum');
  }
  return name === seal ? content : (parsed as Record<string, unknown>);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw new DamagedError(`is damaged: it ${bytes.length === 0 ? 'is empty' : 'is not JSON'}`);
  }
}

/** Independent of layout: a parsed value is written again in the same way. */
function digestOf(content: object): string {
  return sha256(Buffer.from(JSON.stringify(content)));
}
