import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';

/** A setting that is on or off. */
export function Check({ on, label }: { readonly on: Signal<boolean>; readonly label: string }): JSX.Element {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={on.value}
        onChange={(event) => {
          on.value = event.currentTarget.checked;
        }}
      />
      {label}
    </label>
  );
}
