/** The formulas in a notebook's prose, as JupyterLab, nbconvert and GitHub find them. */
import { type Notebook, sourceOf } from '../../lib/notebooks/notebook';

export interface FoundFormula {
  /** Id of its cell. */
  readonly cell: string;
  readonly tex: string;
  readonly display: boolean;
}

/** Formulas in Markdown cells, in their order. Dollar signs in code, and escaped ones, begin none. */
export function formulasOf(notebook: Notebook): FoundFormula[] {
  return notebook.cells
    .filter((cell) => cell.cell_type === 'markdown')
    .flatMap((cell) => formulasIn(sourceOf(cell)).map((found) => ({ cell: cell.id ?? '', ...found })));
}

function formulasIn(markdown: string): { tex: string; display: boolean }[] {
  const prose = markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '').replaceAll(/(`+)[^`]+?\1/g, '');
  const found = prose.matchAll(/(?<![\\$])(\$\$?)(?!\$)((?:\\[\s\S]|[^\\$])+?)\1(?!\$)/g);
  return [...found].map(([, quotes, tex]) => ({ tex, display: quotes === '$$' }));
}

/**
 * Why a formula would not be shown everywhere, in words; '' if it would.
 * GitHub refuses commands that define, load or link something, and `\operatorname`; it takes `$ x $` for text.
 */
export function whyNotEverywhere({ tex, display }: Omit<FoundFormula, 'cell'>): string {
  const refused =
    /\\(?:(?:re)?newcommand|def|let|require|href|url|html\w+|includegraphics|operatorname|label|(?:eq)?ref)\b/;
  const command = refused.exec(tex)?.[0];
  if (command !== undefined) return `GitHub refuses ${command}`;
  if (!display && /^\s|\s$/.test(tex)) return 'a space beside the dollar sign';
  return '';
}
