import type { Figure } from '../../show/figure';
import { figureHtml } from '../../show/show';
import { Markup, markup } from './markup';

/**
 * A figure as data, which the page's script draws with Plotly, and as a still picture for print and for browsers
 * without scripts. Its title is text of the page because Plotly's would not wrap on a narrow screen.
 */
export function figureMarkup(figure: Figure): Markup {
  const { title, ...layout } = figure.layout;
  const drawn = { data: figure.data, layout: { ...layout, margin: { l: 60, r: 24, t: 20, b: 50 } } };
  return markup`<figure class="figure">
<figcaption><strong>${title.text}</strong>${title.subtitle?.text ? markup` <span>${title.subtitle.text}</span>` : ''}</figcaption>
<div class="plot" role="img" aria-label="${title.text}"></div>
${new Markup(figureHtml(figure))}
<script type="application/json">${json(drawn)}</script>
</figure>`;
}

/** `</script>` in a name must not end the element: `<` is written as an escape of JSON. */
function json(value: object): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}
