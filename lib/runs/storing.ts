import { codeOf, messageOf, UserError } from '../runtime/errors';

interface Obstacle {
  readonly reason: string;
  /** What to do about it, as a whole sentence. */
  readonly remedy: string;
}

const full = 'Make room, and start again.';
const forbidden: Obstacle = {
  reason: 'you do not have permission',
  remedy: 'Change its permissions, or keep your runs in another folder: set RUNS_DIR.',
};
const fileInTheWay: Obstacle = {
  reason: 'a file stands where a folder has to be',
  remedy: 'Move it away, and start again.',
};
const folderInTheWay: Obstacle = {
  reason: 'a folder stands where a file has to be',
  remedy: 'Move it away, and start again.',
};

const obstacles: Readonly<Record<string, Obstacle | undefined>> = {
  ENOSPC: { reason: 'the disk is full', remedy: full },
  EDQUOT: { reason: 'the disk quota is used up', remedy: full },
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: { reason: 'it is read-only', remedy: 'Keep your runs in another folder: set RUNS_DIR.' },
  ENOTDIR: fileInTheWay,
  EEXIST: fileInTheWay,
  EISDIR: folderInTheWay,
  ENOTEMPTY: folderInTheWay,
  ERR_FS_EISDIR: folderInTheWay,
  ELOOP: {
    reason: 'a link in its path leads back to itself',
    remedy: 'Remove the link, and start again.',
  },
  ENAMETOOLONG: { reason: 'its path is too long', remedy: 'Choose a shorter name for the run.' },
  EIO: { reason: 'the disk reports an error', remedy: 'Check the disk, and start again.' },
};

/**
 * Does work that writes to a run's folder.
 * @param done what cannot be done to the folder if the work fails
 * @throws UserError with the reason, if the system does not let the work be done
 */
export async function storing<T>(
  folder: string,
  done: 'made' | 'written',
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const obstacle = obstacles[codeOf(error) ?? ''];
    if (error instanceof UserError || obstacle === undefined) throw error;
    const kept = done === 'written' ? ' What was saved before is still there.' : '';
    throw new UserError(
      `The run's folder ${folder} cannot be ${done}: ${obstacle.reason} (${messageOf(error)}). ` +
        `${obstacle.remedy}${kept}`,
      { cause: error },
    );
  }
}
