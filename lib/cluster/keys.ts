/** The keys of a cluster's connections, as files. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { pythonProgram } from '../runtime/python';
import type { Connection } from './options';

/**
 * An authority's certificate; a certificate that it signed, which all machines of a cluster share; and its key. The
 * authority's own key is not kept, so that there will never be another certificate.
 */
export const keyFiles = { authority: 'ca.pem', certificate: 'cert.pem', key: 'key.pem' } as const;

/** @throws UserError if an encrypted connection lacks one of its files, or others may read the key */
export function needKeys({ keys }: Connection): void {
  if (keys === undefined) return;
  for (const name of Object.values(keyFiles)) {
    if (!fs.existsSync(path.join(keys, name))) {
      throw new UserError(
        `There is no ${name} in ${keys}, so nobody could be recognised. Make keys with npm run cluster-keys on one ` +
          'machine, and copy that folder to the others.',
      );
    }
  }
  const key = path.join(keys, keyFiles.key);
  if ((fs.statSync(key).mode & 0o077) !== 0) {
    throw new UserError(`${key} can be read by others, who could then use the cluster: chmod 600 ${key}`);
  }
}

/**
 * Makes the keys of a cluster.
 * @param folder is made; must not be there yet
 * @param years that they are valid
 * @throws UserError if they can't be made
 */
export function makeKeys(folder: string, years: number): void {
  const program = path.join(__dirname, 'keys.py');
  const { status, stderr } = spawnSync(pythonProgram('python'), ['-B', program, folder, String(years)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new UserError(`The keys can't be made: ${stderr.trim().split('\n').at(-1) ?? ''}`);
}
