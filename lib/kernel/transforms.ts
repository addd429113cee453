/**
 * Changes to a cell's syntax tree that tslab's own conversion lacks. All run before TypeScript's transforms,
 * on the tree as written. See also interrupt-checks.ts.
 */
import type * as TypeScript from 'typescript';

/**
 * Repair: shorthand properties. tslab turns a reference to a variable of an earlier cell into a property of
 * `exports`, but leaves `{ x }` alone, which then throws "x is not defined". This writes it as
 * `{ x: exports.x }`.
 *
 * @param earlier the declarations that tslab carries over from the cells before
 */
export function expandShorthand(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  earlier: TypeScript.SourceFile | undefined,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => {
    const { factory } = context;
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      if (!ts.isShorthandPropertyAssignment(node)) return ts.visitEachChild(node, visit, context);
      const symbol = checker.getShorthandAssignmentValueSymbol(node);
      const isEarlier = symbol?.declarations?.some((declaration) => declaration.getSourceFile() === earlier);
      if (isEarlier !== true) return ts.visitEachChild(node, visit, context);
      const value = factory.createPropertyAccessExpression(
        factory.createIdentifier('exports'),
        node.name.text,
      );
      // `({ x = 1 } = options)`: the default belongs to the target.
      const initializer = node.objectAssignmentInitializer;
      const target =
        initializer === undefined
          ? value
          : factory.createAssignment(value, ts.visitNode(initializer, visit) as TypeScript.Expression);
      const expanded = factory.createPropertyAssignment(factory.createIdentifier(node.name.text), target);
      return ts.setTextRange(expanded, node);
    };
    return (file) => ts.visitNode(file, visit) as TypeScript.SourceFile;
  };
}

/**
 * Repair: renaming in a pattern. tslab takes the name of a property for a variable where the property's type was
 * made in an earlier cell, and writes `{ exports.x: y }` for `{ x: y }`, which is another pattern altogether. A quoted
 * name means the same, and is left alone.
 *
 * @param earlier the declarations that tslab carries over from the cells before
 */
export function quotePropertyNames(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  earlier: TypeScript.SourceFile | undefined,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => {
    const { factory } = context;
    const quoted = (name: TypeScript.Identifier): TypeScript.StringLiteral | undefined => {
      const { declarations = [] } = checker.getSymbolAtLocation(name) ?? {};
      const isEarlier = declarations.some((declaration) => declaration.getSourceFile() === earlier);
      return isEarlier ? ts.setTextRange(factory.createStringLiteral(name.text), name) : undefined;
    };
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      const isBinding = ts.isBindingElement(node) && node.propertyName && ts.isIdentifier(node.propertyName);
      const text = isBinding ? quoted(node.propertyName) : undefined;
      const isAssignment = ts.isPropertyAssignment(node) && ts.isIdentifier(node.name);
      const assigned = isAssignment ? quoted(node.name) : undefined;
      const visited = ts.visitEachChild(node, visit, context);
      if (text && ts.isBindingElement(visited)) {
        const { dotDotDotToken, name, initializer } = visited;
        return factory.updateBindingElement(visited, dotDotDotToken, text, name, initializer);
      }
      if (assigned && ts.isPropertyAssignment(visited)) {
        return factory.updatePropertyAssignment(visited, assigned, visited.initializer);
      }
      return visited;
    };
    return (file) => ts.visitNode(file, visit) as TypeScript.SourceFile;
  };
}

/**
 * Repair: tslab's own transform, which comes last, writes into the file that it is given. That must not be the one
 * that was checked: the cell's declarations are still to be made from it.
 */
export function copyFile(ts: typeof TypeScript): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return () => (file) => ts.factory.updateSourceFile(file, ts.factory.createNodeArray([...file.statements]));
}
