import { escapeHtml } from '../html';
import { ink } from '../palette';
import type { Arrow, Box, Diagram, Frame, Note } from './layout';
import type { Category } from './labels';

/** Colours with enough contrast to white text, and to white and to JupyterLab's dark background. */
const fills: Readonly<Record<Category, string>> = {
  convolution: '#2A6CA8',
  dense: '#8A4B9E',
  pool: '#A8521F',
  merge: '#46763A',
  other: '#6B6B6B',
};

/** Draws a diagram as a picture without a background, for light and dark pages. */
export function diagramSvg({ width, height, parts }: Diagram): string {
  const drawn = parts.map((part) => {
    switch (part.kind) {
      case 'arrow':
        return arrow(part);
      case 'box':
        return box(part);
      case 'frame':
        return frame(part);
      case 'note':
        return note(part);
    }
  });
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" ` +
    `font-family="system-ui,sans-serif" font-size="12" fill="${ink}">${drawn.join('')}</svg>`
  );
}

function arrow({ points, headed }: Arrow): string {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  const line = `<path fill="none" stroke="${ink}" d="${path}"/>`;
  if (!headed) return line;
  const [x, y] = points[points.length - 1];
  const [fromX, fromY] = points[points.length - 2];
  // The unit vector along the last segment; its normal is (-dy, dx).
  const length = Math.hypot(x - fromX, y - fromY) || 1;
  const [dx, dy] = [(x - fromX) / length, (y - fromY) / length];
  const corner = (side: number): string =>
    `${round(x - 6 * dx - side * 3.5 * dy)} ${round(y - 6 * dy + side * 3.5 * dx)}`;
  return `${line}<path d="M${round(x)} ${round(y)}L${corner(1)}L${corner(-1)}Z"/>`;
}

function box({ x, top, width, height, title, detail, category, times }: Box): string {
  const rect = (offset: number, opacity: string): string =>
    `<rect x="${round(x - width / 2 + offset)}" y="${round(top - offset)}" width="${round(width)}" ` +
    `height="${height}" rx="5" fill="${fills[category]}"${opacity}/>`;
  const text = (y: number, content: string, size: number, weight = ''): string =>
    `<text x="${round(x)}" y="${round(top + y)}" text-anchor="middle" fill="#fff" ` +
    `font-size="${size}"${weight}>${escapeHtml(content)}</text>`;
  const count = times > 1 ? `  × ${times}` : '';
  return [
    // A second box behind it shows that it is repeated.
    times > 1 ? rect(4, ' opacity="0.55"') : '',
    rect(0, ''),
    text(detail ? 15 : height / 2 + 4, title + count, 12, ' font-weight="600"'),
    detail ? text(29, detail, 10.5) : '',
  ].join('');
}

function frame({ left, top, width, height, text }: Frame): string {
  return (
    `<rect x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" rx="8" ` +
    `fill="none" stroke="${ink}" stroke-dasharray="4 4"/>` +
    `<text x="${round(left + width + 6)}" y="${round(top + height / 2 + 4)}" font-weight="600">${escapeHtml(text)}</text>`
  );
}

function note({ x, y, text, anchor }: Note): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeHtml(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
