/** Questions that check themselves: a reader types an answer into the cell and runs it. */
import { whole } from './format';
import { proseHtml } from './html';
import { emit, type Output } from './output';

/** What an answer can be: a number, a word, or yes and no. */
export type QuizAnswer = number | string | boolean;

/** An answer that is not to be read at a glance. {@link seal} makes its text. */
export interface SealedAnswer {
  readonly sealed: string;
}

interface QuizBase {
  /** Words of the question. */
  readonly question: string;
  /** Said after the right answer, and when the reader gives up. */
  readonly because: string;
}

/** A question whose answer is typed in. */
export interface OpenQuestion<A extends QuizAnswer> extends QuizBase {
  /** The reader's answer: `undefined` while there is none, `null` to give up and see it. */
  readonly yours: A | undefined | null;
  /** The right answer: itself, sealed, or computed from what the lesson has at hand. */
  readonly answer: A | SealedAnswer | (() => A);
  /** How far off a number may be, as a share of the answer. Defaults to 0, which allows for rounding errors only. */
  readonly within?: number;
  /** Said after a wrong answer. */
  readonly hint?: string;
  readonly choices?: undefined;
}

/** A question with answers to choose from. */
export interface ChoiceQuestion<Key extends string> extends QuizBase {
  /** The answers, each under a letter or a word that the reader types. */
  readonly choices: Readonly<Record<Key, string>>;
  /** The reader's choice: `undefined` while there is none, `null` to give up and see it. */
  readonly yours: Key | undefined | null;
  readonly answer: Key | SealedAnswer | (() => Key);
  /** Said after a wrong answer: the same after each, or what is wrong with this one. */
  readonly hint?: string | Readonly<Partial<Record<Key, string>>>;
}

/**
 * Asks a question, checks the answer that the cell gives as `yours`, and explains. Shows nothing where nobody could
 * answer: in batch runs, which set NOTEBOOK_UNATTENDED.
 *
 * ```ts
 * quiz({
 *   question: 'How many weights has a 3×3 convolution from 64 to 128 feature maps, biases included?',
 *   yours: undefined, // your answer here; null shows it
 *   answer: () => model.getLayer('conv2_1').countParams(),
 *   because: 'Each of the 128 kernels has 3 · 3 · 64 weights and a bias.',
 * });
 * ```
 */
export function quiz<Key extends string>(question: ChoiceQuestion<Key>): void;
export function quiz<A extends QuizAnswer>(question: OpenQuestion<A>): void;
export function quiz(question: AnyQuestion): void {
  if (!process.env.NOTEBOOK_UNATTENDED) emit(quizOutput(question));
}

/** The text that stands for an answer in {@link SealedAnswer}: `answer: { sealed: 'ImIi' }` for `seal('b')`. */
export function seal(answer: QuizAnswer): string {
  return Buffer.from(JSON.stringify(answer)).toString('base64');
}

type AnyQuestion = OpenQuestion<QuizAnswer> | ChoiceQuestion<string>;

type State = 'open' | 'right' | 'wrong' | 'given up';

const colours: Readonly<Record<State, string>> = {
  open: '#8a8a8a',
  right: '#2e8b57',
  wrong: '#d2691e',
  'given up': '#8a8a8a',
};

/** What a question shows for the reader's answer. */
export function quizOutput(question: AnyQuestion): Output {
  const { state, lines } = verdict(question);
  const asked = [question.question, ...choiceLines(question)];
  const html = [
    `<strong>${proseHtml(asked[0])}</strong>`,
    ...[...asked.slice(1), ...lines].map((line) => proseHtml(line)),
  ].join('<br>');
  return {
    // Only styles that pages keep.
    'text/html': `<div style="border:2px solid ${colours[state]};padding:8px;max-width:720px">${html}</div>`,
    'text/plain': [...asked, ...lines].join('\n'),
  };
}

function choiceLines(question: AnyQuestion): string[] {
  if (question.choices === undefined) return [];
  return Object.entries(question.choices).map(([key, text]) => `${key}: ${text}`);
}

function verdict(question: AnyQuestion): { state: State; lines: string[] } {
  const { yours, because } = question;
  if (yours === undefined) {
    return {
      state: 'open',
      lines: ['Write your answer in place of undefined and run the cell; null shows the answer.'],
    };
  }
  const answer = answerOf(question);
  if (yours === null) return { state: 'given up', lines: [`The answer is ${said(answer)}. ${because}`] };
  if (isRight(yours, answer, 'within' in question ? question.within : undefined)) {
    return { state: 'right', lines: [`Right: ${said(answer)}. ${because}`] };
  }
  return {
    state: 'wrong',
    lines: [`Not yet: ${said(yours)} ${fault(yours, answer)}.`, ...hintLines(question, yours)],
  };
}

function hintLines({ hint }: AnyQuestion, yours: QuizAnswer): string[] {
  const line = typeof hint === 'object' ? hint[String(yours)] : hint;
  return line === undefined ? [] : [line];
}

/** @throws Error if the answer is not among the choices, or its sealed text can't be read: a mistake of the lesson */
function answerOf(question: AnyQuestion): QuizAnswer {
  const { answer } = question;
  const value =
    typeof answer === 'function' ? answer() : typeof answer === 'object' ? opened(answer.sealed) : answer;
  if (question.choices !== undefined && !Object.hasOwn(question.choices, String(value))) {
    const keys = Object.keys(question.choices).join(', ');
    throw new Error(`The answer to this question is ${JSON.stringify(value)}; expected one of ${keys}.`);
  }
  return value;
}

function opened(sealed: string): QuizAnswer {
  try {
    return JSON.parse(Buffer.from(sealed, 'base64').toString()) as QuizAnswer;
  } catch {
    throw new Error(`"${sealed}" is no sealed answer; seal(answer) makes one.`);
  }
}

function isRight(yours: QuizAnswer, answer: QuizAnswer, within = 0): boolean {
  if (typeof yours === 'number' && typeof answer === 'number') {
    // Sums of decimal fractions differ in their last digits.
    const tolerance = Math.max(within, 1e-9) * Math.abs(answer);
    return yours === answer || Math.abs(yours - answer) <= tolerance;
  }
  return plain(yours) === plain(answer);
}

/** Words are compared without capitals and spaces around them. */
function plain(answer: QuizAnswer): string {
  return String(answer).trim().toLowerCase();
}

function said(answer: QuizAnswer): string {
  if (typeof answer !== 'number') return String(answer);
  return Number.isInteger(answer) ? whole(answer) : String(Number(answer.toPrecision(4)));
}

function fault(yours: QuizAnswer, answer: QuizAnswer): string {
  if (typeof yours !== 'number' || typeof answer !== 'number' || Number.isNaN(yours)) return 'is not it';
  return yours < answer ? 'is too small' : 'is too large';
}
