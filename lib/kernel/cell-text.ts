/** What the text of a cell alone tells, without types and without earlier cells. */
import type * as TypeScript from 'typescript';

type Ts = typeof TypeScript;

/**
 * Repair: `export` in a cell. Returns the cell with each `export` replaced by spaces, so that positions stay the same.
 * Later cells see every variable anyway, and tslab adds an export of its own, which would be a second one.
 */
export function withoutExports(ts: Ts, code: string): string {
  if (!code.includes('export')) return code;
  const blank = (text: string, { pos, end }: { pos: number; end: number }): string =>
    text.slice(0, pos) + text.slice(pos, end).replace(/[^\n\r]/g, ' ') + text.slice(end);
  const file = parse(ts, code);
  let text = code;
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement)) {
      if (exportsOwnNames(ts, statement)) {
        text = blank(text, { pos: statement.getStart(file), end: statement.end });
      }
    } else if (ts.canHaveModifiers(statement)) {
      const modifiers = ts.getModifiers(statement) ?? [];
      const keyword = modifiers.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      const isDefault = modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
      if (keyword !== undefined && !isDefault) {
        text = blank(text, { pos: keyword.getStart(file), end: keyword.end });
      }
    }
  }
  return text;
}

/** Whether a statement exports the cell's own variables under their own names, as `export { a, b }` does. */
function exportsOwnNames(ts: Ts, { moduleSpecifier, exportClause }: TypeScript.ExportDeclaration): boolean {
  return (
    moduleSpecifier === undefined &&
    exportClause !== undefined &&
    ts.isNamedExports(exportClause) &&
    exportClause.elements.every(({ propertyName }) => propertyName === undefined)
  );
}

/** Whether the cell itself, not a function in it, has a `for await` loop. */
export function hasForAwait(ts: Ts, code: string): boolean {
  if (!code.includes('await')) return false;
  const isOne = (node: TypeScript.Node): boolean => {
    if (ts.isFunctionLike(node)) return false;
    if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return true;
    return ts.forEachChild(node, (child) => isOne(child) || undefined) === true;
  };
  return isOne(parse(ts, code));
}

/** True if the cell's last statement is an expression that ends with `;`: its value is not shown. */
export function endsWithSemicolon(ts: Ts, code: string): boolean {
  const file = parse(ts, code);
  return file.statements.at(-1)?.getText(file).endsWith(';') === true;
}

/** True if `code`, a complete cell, is not valid TypeScript. */
export function isInvalid(ts: Ts, code: string): boolean {
  const file = parse(ts, code) as TypeScript.SourceFile & {
    parseDiagnostics?: readonly TypeScript.Diagnostic[];
  };
  return (file.parseDiagnostics ?? []).length > 0;
}

function parse(ts: Ts, code: string): TypeScript.SourceFile {
  return ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
}
