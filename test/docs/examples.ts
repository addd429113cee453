/** The worked examples of docs/engine.md, as a reader would run them: the code blocks of the document themselves. */
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';
import * as ts from 'typescript';
import { projectRoot } from '../../lib/runtime/paths';

const document = path.join(projectRoot, 'docs', 'engine.md');

/** Where a notebook lies, so that the examples' imports lead to lib. */
const cellFile = path.join(projectRoot, 'notebooks', 'example.ts');

/** The TypeScript in a section of the document. */
export function examples(title = 'Your own parts'): string[] {
  const [, section = ''] = fs.readFileSync(document, 'utf8').split(`\n## ${title}\n`);
  return [...section.split('\n## ')[0].matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
}

/**
 * Runs an example.
 * @returns the values of the names that it declares
 */
export function runExample(code: string): Readonly<Record<string, unknown>> {
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022);
  const names = file.statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => (name as ts.Identifier).text);
    }
    const isNamed = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return isNamed && statement.name ? [statement.name.text] : [];
  });
  const { outputText } = ts.transpileModule(`${code}\nexport { ${names.join(', ')} };`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  const exported: Record<string, unknown> = {};
  const run = vm.compileFunction(outputText, ['require', 'exports']) as (
    require: NodeJS.Require,
    exports: object,
  ) => void;
  run(createRequire(cellFile), exported);
  return exported;
}
