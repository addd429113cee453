/**
 * Changes to a cell's syntax tree that tslab does not make. They run before TypeScript's own transforms, on the tree
 * as written. See also interrupt-checks.ts.
 */
import type * as TypeScript from 'typescript';

/**
 * Repair: shorthand properties. tslab turns a reference to a variable of an earlier cell into a property of
 * `exports`, except in `{ x }`, which then throws "x is not defined". This transform writes `{ x: exports.x }`.
 *
 * @param earlier the declarations of earlier cells, as tslab passes them on
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
 * Repair: renaming in a pattern. If the type of a property was declared in an earlier cell, tslab mistakes the
 * property's name for a variable and turns `{ x: y }` into `{ exports.x: y }`. It leaves a quoted name alone, which
 * means the same.
 *
 * @param earlier the declarations of earlier cells, as tslab passes them on
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
 * Repair: tslab's own transform, which runs last, modifies the file that it gets. It gets a copy here, because the
 * cell's declarations are made from the original afterwards.
 */
export function copyFile(ts: typeof TypeScript): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return () => (file) => ts.factory.updateSourceFile(file, ts.factory.createNodeArray([...file.statements]));
}
