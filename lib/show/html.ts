const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `text` as it stands between tags or inside a quoted attribute, in HTML and in SVG. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/** The same for running text, which may break at every space but the one within a percentage (24.8 %). */
export function proseHtml(text: string): string {
  return escapeHtml(text).replaceAll(/(?<=\d) (?=%)/g, '\u00a0');
}
