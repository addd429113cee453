/** A contender that cannot take part: what is said of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../lib/runtime/errors';

test('a contender whose process ends without a word is an error that says so', async () => {
  // Read when the module is loaded.
  process.env.BENCH_TORCH_PYTHON = '/bin/true';
  const { Contender } = await import('../../lib/bench/contender');
  const contender = new Contender('torch');
  await assert.rejects(contender.describe(), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.message, 'The contender "torch" failed: its process ended without a message');
    return true;
  });
  contender.end();
});
