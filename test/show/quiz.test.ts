/** Questions that check themselves. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { setDisplayHost } from '../../lib/runtime/display';
import { quiz, seal } from '../../lib/show';
import { quizOutput } from '../../lib/show/quiz';

const weights = {
  question: 'How many weights?',
  answer: (): number => 1200,
  hint: 'Count the biases too.',
  because: 'Three times four hundred.',
};
const choice = {
  question: 'Which is larger?',
  choices: { a: 'the < first', b: 'the second' },
  answer: { sealed: seal('b') },
  because: 'It has more rows.',
};

function said(question: Parameters<typeof quizOutput>[0]): string {
  return quizOutput(question)['text/plain'];
}

describe('a quiz', () => {
  afterEach(() => {
    setDisplayHost(undefined);
    delete process.env.NOTEBOOK_UNATTENDED;
  });

  test('without an answer asks, shows the choices, and gives nothing away', () => {
    assert.match(said({ ...weights, yours: undefined }), /How many weights\?\nWrite your answer/);
    assert.doesNotMatch(said({ ...weights, yours: undefined }), /1200|Three times|biases/);
    const text = said({ ...choice, yours: undefined });
    assert.match(text, /Which is larger\?\na: the < first\nb: the second\n/);
    assert.doesNotMatch(text, /more rows/);
    // Computed only once it is needed.
    const unknown = (): number => assert.fail('computed');
    assert.match(said({ ...weights, answer: unknown, yours: undefined }), /Write/);
  });

  test('explains the right answer', () => {
    assert.match(said({ ...weights, yours: 1200 }), /Right: 1200\. Three times four hundred\./);
    assert.match(said({ ...choice, yours: 'b' }), /Right: b\. It has more rows\./);
    assert.match(said({ ...weights, answer: ' ReLU', yours: 'relu' }), /Right/);
    assert.match(said({ ...weights, answer: true, yours: true }), /Right: true/);
    assert.match(said({ ...weights, answer: 0.3, yours: 0.1 + 0.2 }), /Right: 0\.3/);
  });

  test('says of a wrong one in which direction, with the hint, and does not give the answer away', () => {
    const low = said({ ...weights, yours: 1152 });
    assert.match(low, /Not yet: 1152 is too small\.\nCount the biases too\.$/);
    assert.doesNotMatch(low, /1200|Three/);
    assert.match(said({ ...weights, yours: 1201 }), /too large/);
    assert.match(said({ ...weights, yours: NaN }), /is not it/);
    assert.match(said({ ...choice, yours: 'a' }), /Not yet: a is not it/);
    assert.match(said({ ...weights, answer: false, yours: true }), /Not yet: true is not it/);
  });

  test('says what is wrong with the very choice', () => {
    const explained = {
      ...choice,
      choices: { ...choice.choices, c: 'neither' },
      hint: { a: 'It has 3 rows.' },
    };
    assert.match(said({ ...explained, yours: 'a' }), /Not yet: a is not it\.\nIt has 3 rows\.$/);
    assert.match(said({ ...explained, yours: 'c' }), /Not yet: c is not it\.$/);
    assert.match(said({ ...choice, hint: 'Count them.', yours: 'a' }), /Count them\.$/);
    assert.doesNotMatch(said({ ...explained, yours: undefined }), /3 rows/);
  });

  test('takes a number that is near enough, where that is said', () => {
    assert.match(said({ ...weights, within: 0.05, yours: 1150 }), /Right: 1200/);
    assert.match(said({ ...weights, within: 0.05, yours: 1100 }), /too small/);
    assert.match(said({ ...weights, answer: -2, within: 0.1, yours: -1.9 }), /Right: -2/);
  });

  test('gives the answer to a reader who gives up', () => {
    assert.match(said({ ...weights, yours: null }), /The answer is 1200\. Three times/);
    assert.match(said({ ...choice, yours: null }), /The answer is b\. It has/);
  });

  test('names a mistake of the lesson', () => {
    assert.throws(() => said({ ...choice, answer: 'c', yours: 'a' }), /is "c"; expected one of a, b/);
    assert.throws(() => said({ ...choice, answer: { sealed: 'x' }, yours: 'a' }), /no sealed answer/);
  });

  test('is text in its HTML, whatever is in it', () => {
    const html = quizOutput({ ...choice, yours: 'b' })['text/html'] as string;
    assert.match(html, /a: the &lt; first<br>b: the second<br>Right: b/);
  });

  test('shows itself in a notebook, and nothing in a batch run', () => {
    const shown: unknown[] = [];
    setDisplayHost({ show: (bundle) => void shown.push(bundle), clear: () => undefined });
    quiz({ ...weights, yours: undefined });
    assert.equal(shown.length, 1);
    process.env.NOTEBOOK_UNATTENDED = '1';
    quiz({ ...weights, yours: undefined });
    quiz({ ...choice, yours: null });
    assert.equal(shown.length, 1);
  });

  test('takes answers of the right type alone', () => {
    const never = (): void => {
      // @ts-expect-error a word where a number is asked for
      quiz({ ...weights, yours: 'twelve hundred' });
      // @ts-expect-error a letter that is not among the choices
      quiz({ ...choice, yours: 'c' });
      // @ts-expect-error a hint for a letter that is not among the choices
      quiz({ ...choice, yours: 'a', hint: { c: '' } });
      quiz({ question: '', yours: 3, answer: 4, because: '' });
      quiz({ question: '', yours: undefined, answer: 'ReLU', because: '' });
    };
    assert.equal(typeof never, 'function');
  });
});
