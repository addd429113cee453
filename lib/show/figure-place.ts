import type { Figure } from './figure';
import { Place } from './output';
import { figureOutput } from './show';

/** An output below the running cell for a figure that grows. Only for notebooks. */
export class FigurePlace {
  readonly #place = new Place();

  show(figure: Figure): void {
    const output = figureOutput(figure);
    // JupyterLab's Plotly extension (plotly.py 7.1) draws an output once and ignores later figures for it.
    // The still picture removes the old drawing, and the extension draws again on the next message.
    this.#place.show({ 'text/html': output['text/html'], 'text/plain': output['text/plain'] });
    this.#place.show(output);
  }
}
