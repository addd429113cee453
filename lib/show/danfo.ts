import { createRequire } from 'node:module';
import type * as danfojs from 'danfojs-node';
import '../runtime/tensorflow';

/**
 * danfojs, loaded on first use: loading takes about a second, for which a notebook's first cell should not wait. Its
 * `tensorflow` is the project's own.
 */
export const dfd: typeof danfojs = lazily(() => createRequire(__filename)('danfojs-node') as typeof danfojs);

/** A stand-in for a module, which loads it on first use. */
function lazily<Module extends object>(load: () => Module): Module {
  let loaded: Module | undefined;
  const module = (): Module => (loaded ??= load());
  return new Proxy({} as Module, {
    get: (_, name) => Reflect.get(module(), name) as unknown,
    has: (_, name) => Reflect.has(module(), name),
    ownKeys: () => Reflect.ownKeys(module()),
    getOwnPropertyDescriptor: (_, name) => {
      const found = Reflect.getOwnPropertyDescriptor(module(), name);
      // A proxy may report a property as not configurable only if its target has it, and this target is empty.
      return found && { ...found, configurable: true };
    },
  });
}
