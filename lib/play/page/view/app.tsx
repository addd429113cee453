import type { JSX } from 'preact';
import { packs } from '../packs';

/** Everything below the page's heading. */
export function App(): JSX.Element {
  return (
    <main>
      <h1>Playground</h1>
      <ul>
        {packs.offers('network').map(({ id, title }) => (
          <li key={id}>{title}</li>
        ))}
      </ul>
    </main>
  );
}
