'use strict';
/**
 * What JupyterLab loads first, as it is; set-up puts it into .venv. It hands over the extension in the form of webpack's
 * containers (module federation), which needs no build.
 */
{
  /**
   * @typedef {import('./renderer.js').WidgetClass} WidgetClass
   * @typedef {{ get(): Promise<() => unknown>, loaded?: unknown }} Shared
   * @typedef {Readonly<Record<string, Readonly<Record<string, Shared>>>>} ShareScope modules by name and version
   */

  /** @type {ShareScope} */
  let shared = {};

  /** JupyterLab's own class of widgets, in the version that it uses. */
  const widgetClass = async () => {
    const versions = Object.values(shared['@lumino/widgets']);
    const module = (await (versions.find(({ loaded }) => loaded) ?? versions[0]).get())();
    return /** @type {{ Widget: WidgetClass }} */ (module).Widget;
  };

  const container = {
    /** @param {ShareScope} scope */
    init(scope) {
      shared = scope;
    },
    /** @param {string} name */
    async get(name) {
      if (name !== './mimeExtension') throw new Error(`There is no ${name} here.`);
      const { mimeExtension } = await import('./renderer.js');
      const extension = mimeExtension(await widgetClass());
      return () => ({ __esModule: true, default: extension });
    },
  };

  const page = /** @type {{ _JUPYTERLAB?: Record<string, unknown> }} */ (/** @type {unknown} */ (window));
  (page._JUPYTERLAB ??= {})['cifar10-playground'] = container;
}
