import { spawnSync } from 'node:child_process';
import { isVersion } from '../runtime/commit';
import { projectRoot } from '../runtime/paths';
import type { Session } from '../runs/run-files';

/**
 * Why the code that trained a run can't be found in the project's history.
 * @returns the end of a sentence for the first such session; undefined if every commit is there
 */
export function untraceable(sessions: readonly Session[]): string | undefined {
  for (const { versions } of sessions) {
    const { commit } = versions;
    if (commit === null) return 'the commit that trained it is not known';
    if (isVersion(commit))
      return `a copy without history trained it, ${commit}, whose files may have been changed`;
    if (commit.endsWith('-dirty')) return `files had changed since the commit that trained it, ${commit}`;
    if (!isKnown(commit)) return `this clone does not have the commit that trained it, ${commit}`;
  }
  return undefined;
}

function isKnown(commit: string): boolean {
  const args = ['cat-file', '-e', `${commit}^{commit}`];
  return spawnSync('git', args, { cwd: projectRoot, stdio: 'ignore' }).status === 0;
}
