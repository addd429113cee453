/** Selecting notebooks by the words of a command line. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { listNotebooks, nameOf } from './notebook';

/**
 * The notebooks that `words` stand for, each once, in the order of the words and then by name. A word is the start of a
 * name in the collection ("01"), a pattern of names ("*vgg*"), or the path of a notebook or of a folder with notebooks.
 * No words stand for the whole collection.
 * @throws UserError for a word that matches no notebook
 */
export function selectNotebooks(words: readonly string[], collection = listNotebooks()): string[] {
  if (words.length === 0) return collection;
  return [...new Set(words.flatMap((word) => meaning(word, collection)))];
}

function meaning(word: string, collection: readonly string[]): string[] {
  const isPattern = /[*?]/.test(word);
  const plain = word.replace(/\.ipynb$/, '');
  const pattern = new RegExp(`^${plain.split('').map(asPattern).join('')}${isPattern ? '$' : ''}`);
  const named = collection.filter((file) => pattern.test(nameOf(file)));
  if (named.length > 0) return named;

  const file = path.resolve(word);
  if (isFolder(file)) {
    const inside = listNotebooks(file);
    if (inside.length > 0) return inside;
    throw new UserError(`The folder ${word} holds no notebooks.`);
  }
  if (word.endsWith('.ipynb') && (word.includes(path.sep) || fs.existsSync(file))) return [file];
  const known = collection.map(nameOf).join(', ');
  throw new UserError(
    `No notebook ${isPattern ? 'matches' : 'begins with'} "${word}", and it is no notebook's path; ` +
      `the collection has ${known}.`,
  );
}

function isFolder(file: string): boolean {
  try {
    return fs.statSync(file).isDirectory();
  } catch {
    // Missing, or a link that leads back to itself. Reading it as a notebook will say which.
    return false;
  }
}

function asPattern(character: string): string {
  if (character === '*') return '.*';
  if (character === '?') return '.';
  return character.replace(/[\\^$.|+()[\]{}]/, '\\$&');
}
