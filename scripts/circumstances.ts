import type { Circumstances } from '../lib/runtime/device';
import { projectRoot } from '../lib/runtime/paths';
import { hasNvidiaCard } from './setup/platform';
import { readVenv } from './setup/venv';

/** What set-up and the system tell of this machine, which sharpens what a probe of TensorFlow says. */
export function findCircumstances(): Circumstances {
  return {
    flavour: readVenv(projectRoot)?.flavour,
    cardPresent: hasNvidiaCard(process.env),
    env: process.env,
  };
}
