import { isBars, isDots, isHeatmap, isLine, isPoints, type Figure } from '../figure';
import { ink } from '../palette';
import { barPanel } from './bars';
import { dotPanel } from './dots';
import { heatmapPanel } from './heatmap';
import { legendOverhang, lineLegend, linePanels } from './lines';
import { text, type Box } from './parts';
import { pointPanel } from './points';

const width = 760;

/**
 * Draws a figure without Plotly: a still picture for pages that run no scripts, such as GitHub's. It supports the
 * traces that `Figure` allows, and the layout's panels, ranges, titles and colours.
 */
export function figureSvg(figure: Figure): string {
  const { layout, data } = figure;
  const room: Box = { left: 64, top: 84, right: width - 16, bottom: layout.height - 48 };
  const named = data.flatMap((trace) => (isHeatmap(trace) || !trace.showlegend ? [] : [trace.name]));
  const overhang = legendOverhang(room, named);
  const height = layout.height + overhang;
  const frame: Box = { ...room, top: room.top + overhang, bottom: room.bottom + overhang };
  const lines = data.filter(isLine);
  const bars = data.filter(isBars);
  const points = data.filter(isPoints);
  const dots = data.filter(isDots);
  const parts = [
    text(frame.left, 26, layout.title.text, { size: 16 }),
    text(frame.left, 46, layout.title.subtitle?.text ?? ''),
    ...data.filter(isHeatmap).map((trace) => heatmapPanel(frame, layout.xaxis, layout.yaxis, trace)),
    ...(lines.length > 0 ? [lineLegend(frame, lines), ...linePanels(frame, figure, lines)] : []),
    ...(bars.length > 0 ? [barPanel(frame, figure, bars)] : []),
    ...(points.length > 0 ? [pointPanel(frame, figure, points)] : []),
    ...(dots.length > 0 ? [dotPanel(frame, figure, dots)] : []),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
    `height="${height}" font-family="system-ui,sans-serif" font-size="12" fill="${ink}">` +
    `${parts.join('')}</svg>`
  );
}
