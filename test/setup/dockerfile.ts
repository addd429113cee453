/** Dockerfiles as their instructions: as much of the format as the project's own files use. */

export interface Instruction {
  /** In capitals: `RUN`. */
  readonly name: string;
  /** What follows it, on one line. Of RUN, without the caches that it mounts. */
  readonly text: string;
}

export interface Stage {
  readonly base: string;
  /** What later stages call it, if it has a name. */
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** @throws Error at a line that is no instruction */
export function readDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const match = /^([A-Z]+)\s+(.+)$/.exec(line);
    if (!match) throw new Error(`not an instruction of a Dockerfile: ${line}`);
    const [, name, rest] = match;
    const from = name === 'FROM' ? /^(\S+)(?: AS (\S+))?$/.exec(rest) : null;
    if (from) stages.push({ base: from[1], name: from[2], instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text: rest.replaceAll(/--mount=\S+\s+/g, '') });
  }
  return stages;
}

/** All instructions up to a stage, those of the stages that it starts from included. */
export function instructionsOf(stages: readonly Stage[], stage = stages[stages.length - 1]): Instruction[] {
  const base = stages.find(({ name }) => name === stage.base);
  return [...(base ? instructionsOf(stages, base) : []), ...stage.instructions];
}
