/**
 * An extension of JupyterLab that shows a page of the playground in a cell's output: the page that `play(model)` has written, in
 * a frame.
 *
 * Its output is shown whether the notebook is trusted or not, so nothing in it is trusted. The frame has an origin of its own
 * (`sandbox` without `allow-same-origin`), from which neither JupyterLab nor its server can be reached, and the page gets a
 * policy that forbids every connection, whatever it says itself.
 */

/**
 * @typedef {{ id: string, node: HTMLElement, isDisposed: boolean, dispose(): void }} Widget
 * @typedef {new (options?: object) => Widget} WidgetClass
 * @typedef {object} Resolver of addresses in a notebook
 * @property {(url: string) => Promise<string>} resolveUrl
 * @property {(path: string) => Promise<string>} getDownloadUrl
 * @typedef {object} RendererOptions
 * @property {string} mimeType
 * @property {Resolver | null} resolver
 * @property {{ sanitize(html: string): string }} sanitizer
 * @typedef {{ data: Readonly<Record<string, unknown>> }} MimeModel
 * @typedef {object} Page as `play` describes it: see lib/show/playground.ts
 * @property {string} file its path, relative to the notebook
 * @property {string} hash what the page opens on
 * @property {string} title
 * @property {number} height in pixels
 */

const mimeType = 'application/vnd.cifar10.playground.v1+json';

const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval'",
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'media-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * What an output holds, if it is what `play` would write.
 * @param {unknown} output
 * @returns {Page | undefined}
 */
function pageOf(output) {
  const { file, hash, title, height } = /** @type {Partial<Page>} */ (output ?? {});
  const isFile = typeof file === 'string' && /^[^/\\:?#%][^\\:?#%]*\.html$/.test(file);
  const isHash = typeof hash === 'string' && (hash === '' || hash.startsWith('#'));
  if (!isFile || !isHash || typeof title !== 'string' || typeof height !== 'number') return undefined;
  return { file, hash, title, height: Math.min(1600, Math.max(200, height)) };
}

/**
 * @param {string} address of a file on Jupyter's server
 * @returns {Promise<string>} the address of the page in it, under the policy
 */
async function underPolicy(address) {
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(answer.statusText);
  // The first policy stands before anything that the page says, and later ones can only forbid more.
  const before = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">`;
  return URL.createObjectURL(new Blob([before, await answer.text()], { type: 'text/html' }));
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @param {Partial<CSSStyleDeclaration>} [style]
 */
function element(tag, properties, style = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.style, style);
  return made;
}

/** @param {WidgetClass} Widget JupyterLab's own */
function rendererOf(Widget) {
  return class extends Widget {
    /** @param {RendererOptions} options */
    constructor(options) {
      super();
      this.options = options;
      this.address = '';
      this.node.style.padding = '4px';
      /** @type {(() => void) | undefined} */
      this.forgetTheme = undefined;
    }

    /**
     * Shows the page as soon as the output is in sight: an engine starts in it.
     * @param {MimeModel} model
     */
    renderModel(model) {
      this.clear();
      const seen = new IntersectionObserver((changes) => {
        if (!changes.some(({ isIntersecting }) => isIntersecting)) return;
        seen.disconnect();
        this.show(model).catch(() => {
          this.showWithout(model);
        });
      });
      this.node.replaceChildren(element('div', {}, { height: '200px' }));
      seen.observe(this.node);
      return Promise.resolve();
    }

    /** @param {MimeModel} model */
    async show({ data }) {
      const page = pageOf(data[mimeType]);
      const { resolver } = this.options;
      if (!page || !resolver) throw new Error('no page');
      const onServer = await resolver.getDownloadUrl(await resolver.resolveUrl(encodeURI(page.file)));
      const address = await underPolicy(onServer);
      if (this.isDisposed) {
        URL.revokeObjectURL(address);
        return;
      }
      this.address = address;
      const frame = element(
        'iframe',
        { title: page.title, src: `${address}${page.hash}` },
        { display: 'block', width: '100%', height: '100%', border: '0' },
      );
      frame.setAttribute('sandbox', 'allow-scripts');
      this.followTheme(frame);
      const place = element(
        'div',
        {},
        {
          ...{ height: `${page.height}px`, minHeight: '200px', resize: 'vertical', overflow: 'hidden' },
          ...{ border: '1px solid var(--jp-border-color2)', borderRadius: '4px' },
        },
      );
      place.append(frame);
      const link = element(
        'a',
        {
          ...{ textContent: 'Open on its own', href: `${onServer}${page.hash}` },
          ...{ target: '_blank', rel: 'noopener noreferrer' },
        },
        { color: 'var(--jp-content-link-color)' },
      );
      const below = element('p', {}, { margin: '4px 0 0' });
      below.append(link);
      this.node.replaceChildren(place, below);
    }

    /**
     * The still picture instead, and why.
     * @param {MimeModel} model
     */
    showWithout({ data }) {
      if (this.isDisposed) return;
      const { 'text/html': html, 'text/plain': text } = data;
      const still = element('div', {});
      if (typeof html === 'string') still.innerHTML = this.options.sanitizer.sanitize(html);
      else still.textContent = String(text);
      const page = pageOf(data[mimeType]);
      const reason = page
        ? `The page ${page.file} is not there, seen from this notebook. Run the cell again: it writes the page.`
        : 'This output names no page of the playground. Run the cell again.';
      this.node.replaceChildren(still, element('p', { textContent: reason }));
    }

    /**
     * A frame is light or dark as its element is.
     * @param {HTMLIFrameElement} frame
     */
    followTheme(frame) {
      const follow = () => {
        frame.style.colorScheme = document.body.dataset.jpThemeLight === 'false' ? 'dark' : 'light';
      };
      follow();
      const changes = new MutationObserver(follow);
      changes.observe(document.body, { attributeFilter: ['data-jp-theme-light'] });
      this.forgetTheme = () => {
        changes.disconnect();
      };
    }

    clear() {
      this.forgetTheme?.();
      if (this.address !== '') URL.revokeObjectURL(this.address);
      this.address = '';
    }

    /** @override */
    dispose() {
      this.clear();
      super.dispose();
    }
  };
}

/**
 * What JupyterLab registers.
 * @param {WidgetClass} Widget
 */
export function mimeExtension(Widget) {
  const Renderer = rendererOf(Widget);
  return {
    id: 'cifar10-playground:factory',
    rendererFactory: {
      safe: true,
      mimeTypes: [mimeType],
      /** @param {RendererOptions} options */
      createRenderer: (options) => new Renderer(options),
    },
    // Before HTML.
    rank: 0,
    dataType: 'json',
  };
}
