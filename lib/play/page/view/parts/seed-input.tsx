import type { JSX } from 'preact';

export interface SeedInputProps {
  readonly id: string;
  readonly value: number;
  readonly disabled?: boolean;
  readonly onChange: (seed: number) => void;
}

/** A whole number to begin with; anything else is put back. */
export function SeedInput({ value, onChange, ...rest }: SeedInputProps): JSX.Element {
  return (
    <input
      {...rest}
      type="number"
      min={0}
      max={9999}
      step={1}
      value={value}
      onChange={({ currentTarget }) => {
        const seed = currentTarget.valueAsNumber;
        const isSeed = Number.isInteger(seed) && seed >= 0;
        if (isSeed) onChange(seed);
        currentTarget.value = String(isSeed ? seed : value);
      }}
    />
  );
}
