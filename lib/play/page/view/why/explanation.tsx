import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

interface ExplanationProps {
  /** For styles and tests. */
  readonly name: string;
  readonly title: string;
  /** What it shows, and what it does not. */
  readonly about: string;
  readonly children: ComponentChildren;
}

/** One way to ask why: its figure, and a paragraph on what may be read from it. */
export function Explanation({ name, title, about, children }: ExplanationProps): JSX.Element {
  const heading = useId();
  return (
    <section class={`explanation ${name}`} aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      <p class="about">{about}</p>
      {children}
    </section>
  );
}
