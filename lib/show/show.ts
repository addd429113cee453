import { isHeatmap, withHeadroom, type Figure } from './figure';
import { figureText } from './figure-text';
import { escapeHtml } from './html';
import { emit, type Output } from './output';
import { figureSvg } from './svg';
import { legendOverhang } from './svg/lines';

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

/** What a reader has no use for here; the last one would upload the figure. */
const unneeded = ['select2d', 'lasso2d', 'zoomIn2d', 'zoomOut2d', 'autoScale2d', 'sendChartToCloud'];

/** Of the plot, on a page that is 800 pixels wide. */
const narrow = { left: 0, right: 600, top: 0, bottom: 0 };

function plotlyJson({ data, layout }: Figure): object {
  const named = data.flatMap((trace) => (isHeatmap(trace) || !trace.showlegend ? [] : [trace.name]));
  return {
    data,
    layout: withHeadroom(layout, legendOverhang(narrow, named)),
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
