/** A page of the playground in a notebook's output: for JupyterLab, as HTML for every other viewer, and as text. */
import { shownPath } from '../runtime/paths';
import { escapeHtml } from './html';
import type { Output } from './output';

/** For the extension in scripts/setup/jupyter/share/labextensions, which shows the page in a frame. */
export const playgroundType = 'application/vnd.cifar10.playground.v1+json';

/** What an output says under that type. */
export interface PlaygroundPage {
  /** From the notebook to the page: `../outputs/play/lenet5.html`. */
  readonly file: string;
  /** What the page opens on: `#look/lenet5+vgg16`; empty for its own choice. */
  readonly hash: string;
  readonly title: string;
  /** Height of the frame, in pixels. */
  readonly height: number;
}

export interface ShownPage extends PlaygroundPage {
  /** Its absolute path. */
  readonly path: string;
  /** An SVG file that shows what the page shows; undefined for none. */
  readonly still: string | undefined;
}

export function playgroundOutput({ path, still, ...page }: ShownPage): Output {
  const { title } = page;
  const address = escapeHtml(addressOf(page));
  const picture = still && Buffer.from(still).toString('base64');
  return {
    [playgroundType]: page,
    'text/html': [
      `<p class="picture-title" style="margin:4px">${escapeHtml(title)}</p>`,
      picture &&
        `<p style="margin:4px"><a href="${address}"><img src="data:image/svg+xml;base64,${picture}" ` +
          `alt="${escapeHtml(`${title}: a still picture`)}" style="max-width:100%"></a></p>`,
      linkHtml(page),
    ]
      .filter(Boolean)
      .join('\n'),
    'text/plain': `${title}: ${shownPath(path)}`,
  };
}

/** The link alone, for what can't show the page. */
export function linkHtml(page: PlaygroundPage): string {
  return `<p style="margin:4px"><a href="${escapeHtml(addressOf(page))}">Open the playground</a></p>`;
}

function addressOf({ file, hash }: PlaygroundPage): string {
  return `${encodeURI(file)}${hash}`;
}

/** What an output of any origin says under the type; undefined if `playgroundOutput` would not write that. */
export function readPlayground(output: unknown): PlaygroundPage | undefined {
  const { file, hash, title, height } = (output ?? {}) as Partial<Record<keyof PlaygroundPage, unknown>>;
  const isFile = typeof file === 'string' && /^[^/\\:?#%][^\\:?#%]*\.html$/.test(file);
  const isHash = typeof hash === 'string' && /^(#.*)?$/.test(hash);
  if (!isFile || !isHash || typeof title !== 'string' || typeof height !== 'number') return undefined;
  return { file, hash, title, height };
}
