/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variables that say where data comes from. */
export type Setting = 'DATA_SOURCE' | 'CIFAR10_DIR' | 'CIFAR10_NAME' | 'CIFAR10_MIRROR';

/** The value of a setting; an empty one counts as unset. */
export function setting(env: Environment, name: Setting): string | undefined {
  return env[name] === '' ? undefined : env[name];
}
