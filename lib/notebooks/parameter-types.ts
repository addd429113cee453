/**
 * Values from the command line, read as the types that a notebook declares: `16` is a number for
 * `let batchSize = 32` and a string for `let label = ''`. TypeScript itself decides, so that a union, an imported type
 * or a tuple is checked just as the kernel will check it, but before anything runs.
 */
import * as path from 'node:path';
import * as ts from 'typescript';
import { UserError } from '../runtime/errors';
import { projectRoot } from '../runtime/paths';
import { type Notebook, sourceOf } from './notebook';
import { type ParameterValue, parametersIndex } from './parameters';

/** The settings for one notebook: for each parameter, one or more texts. */
export interface Wish {
  /** Used in messages. */
  readonly name: string;
  /** The notebook's file; its relative imports start there. */
  readonly file: string;
  readonly notebook: Notebook;
  readonly settings: ReadonlyMap<string, readonly string[]>;
}

/** For each parameter its values, in the order of the texts; or an error that names an invalid one. */
export type Answer = ReadonlyMap<string, readonly ParameterValue[]> | UserError;

/** One way to read a text; it has its own line in the program that is checked. */
interface Reading {
  readonly line: number;
  readonly parameter: string;
  readonly text: string;
  readonly value: ParameterValue;
}

interface Checked {
  readonly wish: Wish;
  readonly fileName: string;
  readonly code: string;
  readonly readings: readonly Reading[];
}

/** Reads the texts of all notebooks at once, since loading TensorFlow's types takes most of the time. */
export function readValues(wishes: readonly Wish[]): Answer[] {
  const checked = wishes.map(programText);
  if (checked.every(({ readings }) => readings.length === 0)) return wishes.map(() => new Map());
  const program = createProgram(new Map(checked.map(({ fileName, code }) => [fileName, code])));
  return checked.map((one) => answer(one, program));
}

/** The cells up to the parameters, followed by an assignment for each reading of each text. */
function programText(wish: Wish, index: number): Checked {
  const { notebook, settings, file } = wish;
  const cells = notebook.cells.slice(0, parametersIndex(notebook) + 1);
  const before = cells.filter(({ cell_type }) => cell_type === 'code').map(sourceOf);
  const lines = [...before, 'export {};'].join('\n').split('\n');
  const readings: Reading[] = [];
  for (const [parameter, texts] of settings) {
    for (const text of texts) {
      for (const value of readingsOf(text)) {
        readings.push({ line: lines.length, parameter, text, value });
        lines.push(`${parameter} = ${JSON.stringify(value)};`);
      }
    }
  }
  const fileName = path.join(path.dirname(file), `__parameters_${index}__.ts`);
  return { wish, fileName, code: lines.join('\n'), readings };
}

/** What a text may mean: a number or other JSON, if it is valid JSON, and the text itself. */
function readingsOf(text: string): ParameterValue[] {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return [Number(text), text];
  try {
    return [JSON.parse(text) as ParameterValue, text];
  } catch {
    return [text];
  }
}

function createProgram(files: ReadonlyMap<string, string>): ts.Program {
  const { config } = ts.readConfigFile(path.join(projectRoot, 'tsconfig.json'), (file) =>
    ts.sys.readFile(file),
  ) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, files: [], include: [] },
    ts.sys,
    projectRoot,
  );
  const host = ts.createCompilerHost(options, true);
  const fileExists = host.fileExists.bind(host);
  const getSourceFile = host.getSourceFile.bind(host);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, target, ...rest) => {
    const code = files.get(name);
    return code === undefined
      ? getSourceFile(name, target, ...rest)
      : ts.createSourceFile(name, code, target, true);
  };
  return ts.createProgram([...files.keys()], options, host);
}

function answer({ wish, fileName, readings }: Checked, program: ts.Program): Answer {
  const source = program.getSourceFile(fileName);
  if (source === undefined) throw new Error(`${fileName} is not part of the program.`);
  const wrongLines = new Set(
    program
      .getSemanticDiagnostics(source)
      .map(({ start }) => source.getLineAndCharacterOfPosition(start ?? 0).line),
  );
  const values = new Map<string, ParameterValue[]>();
  for (const [parameter, texts] of wish.settings) {
    const found: ParameterValue[] = [];
    for (const text of texts) {
      const mine = readings.filter((reading) => reading.parameter === parameter && reading.text === text);
      const fitting = mine.find(({ line }) => !wrongLines.has(line));
      if (fitting === undefined) {
        const expected = typeOf(parameter, source, program.getTypeChecker());
        return new UserError(`${wish.name}: ${parameter} can't be ${shown(text)}; expected ${expected}.`);
      }
      found.push(fitting.value);
    }
    values.set(parameter, found);
  }
  return values;
}

function shown(text: string): string {
  return readingsOf(text).length > 1 ? text : JSON.stringify(text);
}

/** The declared type in full: `"tiny" | "quick" | "full"` rather than the type's name in lib. */
function typeOf(parameter: string, source: ts.SourceFile, checker: ts.TypeChecker): string {
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      if (!ts.isIdentifier(declaration.name) || declaration.name.text !== parameter) continue;
      const type = checker.getTypeAtLocation(declaration.name);
      return checker.typeToString(
        type,
        undefined,
        ts.TypeFormatFlags.InTypeAlias | ts.TypeFormatFlags.NoTruncation,
      );
    }
  }
  throw new Error(`${parameter} is declared nowhere.`);
}
