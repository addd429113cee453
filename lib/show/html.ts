import { createHash } from 'node:crypto';

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

/**
 * A script's text for use between `<script>` and its end: HTML ends a script at `</script`, even in a string, and takes
 * `<!--` for a comment.
 */
export function inlineScript(script: string): string {
  return script.replace(/<\/(?=script)/gi, '<\\/').replace(/<!--/g, '<\\!--');
}

/** The source by which a content policy allows an inline script: its digest. */
export function policySource(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}
