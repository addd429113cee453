const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes `text` for use between tags or inside a quoted attribute, in HTML and SVG. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/** The same for running text, which may break at any space except the one in a percentage (24.8 %). */
export function proseHtml(text: string): string {
  return escapeHtml(text).replaceAll(/(?<=\d) (?=%)/g, '\u00a0');
}
