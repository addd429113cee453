import { encodePng } from '../runtime/png';
import { escapeHtml, proseHtml } from './html';
import { emit, type Output } from './output';

/** A small picture with a caption. */
export interface Picture {
  /** height × width × channels bytes. */
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** 3 for red, green and blue; 1 for grey. */
  readonly channels: number;
  /** Text below the picture. Defaults to none. */
  readonly caption?: string;
  /** Size of a pixel on the screen, if it differs from that of the neighbouring pictures. Defaults to the grid's. */
  readonly zoom?: number;
}

export interface PictureGridOptions {
  /** Title above the grid. */
  title: string;
  /** Number of pictures in a row. Defaults to 10. */
  columns?: number;
  /** Side length, in screen pixels, of the square that each pixel is drawn as. Defaults to 2. */
  zoom?: number;
}

/** Shows pictures side by side, each pixel a square, as PNG. On a narrow page they shrink until a row fits. */
export async function showPictures(pictures: readonly Picture[], options: PictureGridOptions): Promise<void> {
  emit(await picturesOutput(pictures, options));
}

export async function picturesOutput(
  pictures: readonly Picture[],
  { title, columns = 10, zoom = 2 }: PictureGridOptions,
): Promise<Output> {
  const files = await Promise.all(
    pictures.map(({ pixels, height, width, channels }) => encodePng(pixels, [height, width, channels])),
  );
  // All equally wide, however long their captions: then they shrink alike.
  const share = 100 / Math.min(columns, Math.max(1, pictures.length));
  const cells = pictures.map((picture, i) => cellHtml(picture, files[i], { zoom, share }));
  const rows: string[] = [];
  for (let i = 0; i < cells.length; i += columns)
    rows.push(`<tr style="background-color:transparent">${cells.slice(i, i + columns).join('')}</tr>`);
  const captions = pictures.flatMap((picture) => picture.caption ?? []);
  return {
    // A table, because every page and every sanitiser keeps it. Its title stands above it, where it can be wider.
    'text/html':
      `<p class="picture-title" style="margin:4px">${escapeHtml(title)}</p>\n<table><tbody>\n` +
      `${rows.join('\n')}\n</tbody></table>`,
    'text/plain':
      captions.length > 0 ? `${title}: ${captions.join(' · ')}` : `${title}: ${pictures.length} pictures`,
  };
}

function cellHtml(picture: Picture, file: Uint8Array, grid: { zoom: number; share: number }): string {
  const { caption = '', height, width, zoom = grid.zoom } = picture;
  const source = `data:image/png;base64,${Buffer.from(file).toString('base64')}`;
  const text = proseHtml(caption);
  return (
    `<td style="width:${Number(grid.share.toFixed(2))}%;text-align:center;vertical-align:top;white-space:normal;` +
    `overflow-wrap:anywhere;hyphens:auto;padding:4px">` +
    `<img src="${source}" alt="${text}" width="${width * zoom}" height="${height * zoom}" ` +
    `style="image-rendering:pixelated;max-width:100%;height:auto">${text && `<br>${text}`}</td>`
  );
}
