import { createRequire } from 'node:module';
import type * as danfojs from 'danfojs-node';
import '../runtime/tensorflow';

/**
 * danfojs, loaded when it is first used: loading takes about a second, and a notebook's first cell should not
 * wait for tables. Its `tensorflow` is the project's own.
 */
export const dfd: typeof danfojs = lazily(() => createRequire(__filename)('danfojs-node') as typeof danfojs);

/** Stands for a module, and loads it when something is asked of it. */
function lazily<Module extends object>(load: () => Module): Module {
  let loaded: Module | undefined;
  const module = (): Module => (loaded ??= load());
  return new Proxy({} as Module, {
    get: (_, name) => Reflect.get(module(), name) as unknown,
    has: (_, name) => Reflect.has(module(), name),
    ownKeys: () => Reflect.ownKeys(module()),
    getOwnPropertyDescriptor: (_, name) => {
      const found = Reflect.getOwnPropertyDescriptor(module(), name);
      // A proxy may only report as fixed what its target has fixed, and its target is empty.
      return found && { ...found, configurable: true };
    },
  });
}
