import type { Figure } from './figure';
import { Place } from './output';
import { figureOutput } from './show';

/** A place below the running cell for a figure that grows. Only for notebooks. */
export class FigurePlace {
  readonly #place = new Place();

  show(figure: Figure): void {
    const output = figureOutput(figure);
    // JupyterLab's Plotly extension (plotly.py 7.1) draws a place once and passes over later figures for it.
    // The still picture takes the old drawing away, and the extension starts anew with the next message.
    this.#place.show({ 'text/html': output['text/html'], 'text/plain': output['text/plain'] });
    this.#place.show(output);
  }
}
