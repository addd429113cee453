/**
 * Repair: interrupts. JavaScript cannot stop a promise, and nothing outside a loop can stop the loop; but code can check
 * whether it should stop. `await e` becomes `__afterAwait__(await e)`, which throws if its cell has been interrupted.
 * Each round of a loop begins with `__eachRound__()`, which throws even if the loop never awaits. So does each call of
 * a function that may lead to itself again, for instance through a promise or `process.nextTick`.
 */
import type * as TypeScript from 'typescript';

type Ts = typeof TypeScript;

/** The functions that an instrumented cell calls; see cell.ts. */
export const AFTER_AWAIT = '__afterAwait__';
export const EACH_ROUND = '__eachRound__';

/** Puts the checks into a cell. Runs before TypeScript's transforms, on the tree as written. */
export function checkForInterrupt(ts: Ts): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => (file) => {
    const { factory } = context;
    const names = functionNames(ts, file);
    const call = (name: string, args: TypeScript.Expression[] = []): TypeScript.CallExpression =>
      factory.createCallExpression(factory.createIdentifier(name), undefined, args);
    const check = (name = EACH_ROUND): TypeScript.Statement => factory.createExpressionStatement(call(name));
    const checked = (body: TypeScript.Statement, name = EACH_ROUND): TypeScript.Block =>
      factory.createBlock([check(name), body], true);
    /** A function's body with the check after its directives, such as 'use strict'. */
    const checkedBlock = (block: TypeScript.Block): TypeScript.Block => {
      const first = block.statements.findIndex(
        (statement) => !(ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression)),
      );
      const at = first < 0 ? block.statements.length : first;
      const statements = [...block.statements.slice(0, at), check(), ...block.statements.slice(at)];
      return factory.updateBlock(block, statements);
    };
    const checkedFunction = (node: TypeScript.Node): TypeScript.Node => {
      if (ts.isFunctionDeclaration(node) && node.body) {
        const { modifiers, asteriskToken, name, typeParameters, parameters, type, body } = node;
        return factory.updateFunctionDeclaration(
          ...([node, modifiers, asteriskToken, name, typeParameters, parameters, type] as const),
          checkedBlock(body),
        );
      }
      if (ts.isFunctionExpression(node)) {
        const { modifiers, asteriskToken, name, typeParameters, parameters, type, body } = node;
        return factory.updateFunctionExpression(
          ...([node, modifiers, asteriskToken, name, typeParameters, parameters, type] as const),
          checkedBlock(body),
        );
      }
      if (ts.isMethodDeclaration(node) && node.body) {
        const { modifiers, asteriskToken, name, questionToken, typeParameters, parameters, type, body } =
          node;
        return factory.updateMethodDeclaration(
          ...([
            node,
            modifiers,
            asteriskToken,
            name,
            questionToken,
            typeParameters,
            parameters,
            type,
          ] as const),
          checkedBlock(body),
        );
      }
      if (ts.isArrowFunction(node)) {
        const { modifiers, typeParameters, parameters, type, equalsGreaterThanToken, body } = node;
        return factory.updateArrowFunction(
          ...([node, modifiers, typeParameters, parameters, type, equalsGreaterThanToken] as const),
          ts.isBlock(body)
            ? checkedBlock(body)
            : factory.createParenthesizedExpression(factory.createComma(call(EACH_ROUND), body)),
        );
      }
      return node;
    };
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      const visited = ts.visitEachChild(node, visit, context);
      if (ts.isFunctionLike(node)) {
        return mentions(ts, node, names) ? checkedFunction(visited) : visited;
      }
      if (ts.isAwaitExpression(visited)) return ts.setTextRange(call(AFTER_AWAIT, [visited]), node);
      if (ts.isWhileStatement(visited)) {
        return factory.updateWhileStatement(visited, visited.expression, checked(visited.statement));
      }
      if (ts.isDoStatement(visited)) {
        return factory.updateDoStatement(visited, checked(visited.statement), visited.expression);
      }
      if (ts.isForStatement(visited)) {
        const { initializer, condition, incrementor, statement } = visited;
        return factory.updateForStatement(visited, initializer, condition, incrementor, checked(statement));
      }
      if (ts.isForInStatement(visited)) {
        const { initializer, expression, statement } = visited;
        return factory.updateForInStatement(visited, initializer, expression, checked(statement));
      }
      if (ts.isForOfStatement(visited)) {
        const { awaitModifier, initializer, expression, statement } = visited;
        const body = checked(statement, awaitModifier === undefined ? EACH_ROUND : AFTER_AWAIT);
        return factory.updateForOfStatement(visited, awaitModifier, initializer, expression, body);
      }
      return visited;
    };
    return ts.visitNode(file, visit) as TypeScript.SourceFile;
  };
}

/** The names of a cell's functions and methods, and of variables and properties that hold one. */
function functionNames(ts: Ts, file: TypeScript.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (name: TypeScript.Node | undefined): void => {
    if (name === undefined) return;
    if (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) names.add(name.text);
    else if (ts.isPropertyAccessExpression(name)) names.add(name.name.text);
  };
  const isFunction = (node: TypeScript.Node | undefined): boolean =>
    node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
  const visit = (node: TypeScript.Node): void => {
    if (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isMethodDeclaration(node)) {
      add(node.name);
    } else if (
      (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)) &&
      isFunction(node.initializer)
    ) {
      add(node.name);
    } else if (ts.isBinaryExpression(node) && isFunction(node.right)) {
      add(node.left);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** Whether a function's body mentions one of `names`, and so may lead back to the function itself. */
function mentions(ts: Ts, node: TypeScript.Node, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  const { body } = node as { body?: TypeScript.Node };
  const isOne = (inner: TypeScript.Node): boolean =>
    ((ts.isIdentifier(inner) || ts.isPrivateIdentifier(inner)) && names.has(inner.text)) ||
    ts.forEachChild(inner, (child) => isOne(child) || undefined) === true;
  return body !== undefined && isOne(body);
}
