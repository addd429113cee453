import type { Figure } from './figure';
import { figureText } from './figure-text';
import { escapeHtml } from './html';
import { emit, type Output } from './output';
import { figureSvg } from './svg';

/**
 * Shows a figure below the cell: interactive if Plotly is available, otherwise as a still picture; in a terminal as
 * text.
 */
export function show(figure: Figure): void {
  emit(figureOutput(figure));
}

/**
 * A figure in three formats. JupyterLab shows the Plotly one, whether it trusts the notebook or not, and so does a page
 * made by the project's nbconvert template, which includes Plotly. Everything else shows a picture, which needs no
 * script.
 */
export function figureOutput(figure: Figure): Output {
  return {
    [plotlyType]: plotlyJson(figure),
    'text/html': figureHtml(figure),
    'text/plain': figureText(figure),
  };
}

/** MIME type of a Plotly figure. */
export const plotlyType = 'application/vnd.plotly.v1+json';

/** What a reader has no use for here. */
const unneeded = ['select2d', 'lasso2d', 'zoomIn2d', 'zoomOut2d', 'autoScale2d'];

/** The buttons come up with the pointer, one below the other: in a row they would cover the title. */
function plotlyJson({ data, layout }: Figure): object {
  return {
    data,
    layout: { ...layout, modebar: { orientation: 'v', bgcolor: 'rgba(0,0,0,0)' } },
    config: { responsive: true, displaylogo: false, modeBarButtonsToRemove: unneeded },
  };
}

/** The picture as an image file inside the page: sanitisers remove `<svg>`, but keep this. */
export function figureHtml(figure: Figure): string {
  const picture = Buffer.from(figureSvg(figure)).toString('base64');
  const { text, subtitle } = figure.layout.title;
  const alt = escapeHtml([text, subtitle?.text].filter(Boolean).join(', '));
  return `<img src="data:image/svg+xml;base64,${picture}" alt="${alt}" style="max-width:100%">`;
}
