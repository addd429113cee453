/** The two package.json of the package: its own, and that of the folder which it writes. */

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

/**
 * That of the package. It has no dependencies: npx would install them into its cache, with the TensorFlow of 2022 that
 * tfjs-node-gpu's own script fetches, and set-up installs them again in the folder of the user. Nor is it private: that
 * keeps the repository itself, whose package.json has them, from being published.
 */
export function ofPackage({ name, version, description, license, engines }: Manifest): object {
  const keywords = [
    'cifar-10',
    'convolutional-networks',
    'deep-learning',
    'jupyter',
    'tensorflow',
    'typescript',
  ];
  const bin = { [name]: 'project/scripts/npx/cli.js' };
  return { name, version, description, keywords, license, engines, bin };
}

/** The script that an npm command ends with: `node scripts/setup.js && exec node … scripts/train.ts`. */
const scriptOf = (command: string): string | undefined => / (scripts\/\S+)$/.exec(command)?.[1];

/**
 * That of the folder: the repository's, with the commands whose scripts are packed.
 * @param files packed
 */
export function ofProject(manifest: Manifest, files: readonly string[]): Manifest {
  const scripts = Object.entries(manifest.scripts).filter(([, command]) => {
    const script = scriptOf(command);
    return script !== undefined && files.includes(script);
  });
  return { ...manifest, scripts: Object.fromEntries(scripts) };
}
