/** Which workers may take a run, what is said about it, and whose keys are good. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { codeFacts, differences, keyOf, workerFacts, type CodeFacts } from '../../lib/cluster/facts';
import { makeKeys, needKeys } from '../../lib/cluster/keys';
import { Narration } from '../../lib/cluster/narration';
import { connectionTo } from '../../lib/cluster/options';
import { temporaryFolder } from '../train/fixtures';

const code: CodeFacts = { commit: 'abc', code: '1', packages: '2', tensorflow: '2.21.0', node: '22' };
const sample = { name: 'built-in sample', digest: 'aa' };
const cifar = { name: 'CIFAR-10', digest: 'bb' };

test('facts are the same twice, and their keys tell them apart', () => {
  const facts = codeFacts();
  assert.deepEqual(codeFacts(), facts);
  assert.equal(keyOf('code', facts), keyOf('code', codeFacts()));
  for (const name of Object.keys(code)) {
    assert.notEqual(keyOf('code', { ...code, [name]: 'another' }), keyOf('code', code), name);
  }
  assert.notEqual(keyOf('images', sample), keyOf('images', { ...sample, digest: 'ab' }));
  assert.notEqual(keyOf('images', sample), keyOf('images', { ...sample, name: 'another' }));
});

test('each difference is named', () => {
  const there = (changed: Partial<CodeFacts>, images = [sample, cifar]): string[] =>
    differences(code, [sample], workerFacts({ ...code, ...changed }, images));
  assert.deepEqual(there({}), []);
  assert.deepEqual(there({ commit: 'def', code: '9' }), ['its commit is def, and here it is abc']);
  assert.match(there({ code: '9' })[0], /files of its lib or scripts are not those of here/);
  assert.match(there({ packages: '9' })[0], /package-lock/);
  assert.deepEqual(there({ tensorflow: '2.20.0' }), ['it has TensorFlow 2.20.0, and here it is 2.21.0']);
  assert.match(there({ node: '20' })[0], /Node 20, and here it is 22/);
  assert.deepEqual(there({}, [cifar]), ['it has no images of "built-in sample", but of "CIFAR-10"']);
  assert.match(there({}, [{ ...sample, digest: 'cc' }])[0], /its images of "built-in sample" are other ones/);
});

test('a worker that does not fit is refused with a sentence, and so is everything if nobody fits', () => {
  const narration = new Narration({ code, images: [sample], resources: { GPU: 1 } });
  const worker = (name: string, changed: Partial<CodeFacts>, resources = { GPU: 1 }) => ({
    ...{ address: name, name, resources },
    facts: workerFacts({ ...code, ...changed }, [sample]),
  });
  assert.deepEqual(narration.workers([]), ['No worker is there; the runs wait for one.']);
  assert.deepEqual(narration.workers([]), [], 'said once');
  assert.equal(narration.nobodyFits, false, 'one may come');
  const old = worker('old', { commit: 'def' });
  assert.deepEqual(narration.workers([old]), [
    'The worker old gets none of these runs: its commit is def, and here it is abc.',
  ]);
  assert.equal(narration.nobodyFits, true);
  const slow = worker('slow', {}, { GPU: 0 });
  assert.match(narration.workers([old, slow])[0], /slow gets none of these runs: it has no GPU=1/);
  assert.deepEqual(narration.workers([old, slow, worker('new', {})]), ['The worker new is there.']);
  assert.equal(narration.nobodyFits, false);
  assert.deepEqual(narration.workers([old]), ['The worker slow is gone.', 'The worker new is gone.']);
  const foreign = { address: 'x', name: 'x', facts: null, resources: {} };
  assert.match(narration.workers([foreign])[0], /not started by npm run worker/);
});

test('a run that begins a second time says where it comes from, and from where it goes on', () => {
  const narration = new Narration({ code, images: [sample], resources: {} });
  const begins = (worker: string, resumes: boolean, shared: boolean): string[] =>
    narration.told('run', worker, { event: 'begins', resumes, shared });
  assert.deepEqual(begins('a', false, false), []);
  assert.deepEqual(begins('b', false, false), ['run: a is lost, and b has it now; it begins again.']);
  assert.deepEqual(begins('c', true, true), [
    'run: b is lost, and c has it now; it goes on from its last checkpoint in the shared folder.',
  ]);
  assert.deepEqual(begins('c', true, false), [
    'run: c was started again; it goes on from its last checkpoint.',
  ]);
  assert.deepEqual(narration.told('run', 'c', { event: 'says', text: 'anything' }), []);
});

test('connections are encrypted, but on this machine or where it is asked for by name', () => {
  const keys = path.resolve('/keys');
  assert.deepEqual(connectionTo('tls://host:8786', { keys }), { address: 'tls://host:8786', keys });
  assert.equal(connectionTo('tls://127.0.0.1:8786', { keys }).keys, keys);
  for (const host of ['127.0.0.1', 'localhost', '127.1.2.3', '[::1]']) {
    assert.equal(connectionTo(`tcp://${host}:1`, { keys }).keys, undefined);
  }
  assert.equal(connectionTo('tcp://host:1', { plain: true, keys }).keys, undefined);
  for (const host of ['host', '10.0.0.1', '127.0.0.1.example.org', '[fe80::1]']) {
    assert.throws(() => connectionTo(`tcp://${host}:1`, { keys }), /without encryption/);
  }
});

test('keys are made as they are asked for, and never in the place of others', () => {
  const keys = path.join(temporaryFolder('keys-'), 'made');
  makeKeys(keys, 1);
  needKeys({ address: 'tls://host:1', keys });
  const before = fs.readFileSync(path.join(keys, 'ca.pem'), 'utf8');
  assert.throws(() => {
    makeKeys(keys, 1);
  }, /The keys can't be made: .*exists/);
  assert.equal(fs.readFileSync(path.join(keys, 'ca.pem'), 'utf8'), before);
});

test('keys that are missing, or that others can read, are refused', () => {
  const keys = temporaryFolder('keys-');
  const address = 'tls://host:1';
  assert.throws(() => {
    needKeys({ address, keys });
  }, /There is no ca.pem in .*npm run cluster-keys/);
  for (const name of ['ca.pem', 'cert.pem', 'key.pem'])
    fs.writeFileSync(path.join(keys, name), '', { mode: 0o600 });
  needKeys({ address, keys });
  fs.chmodSync(path.join(keys, 'key.pem'), 0o640);
  assert.throws(() => {
    needKeys({ address, keys });
  }, /can be read by others.*chmod 600/);
  needKeys({ address, keys: undefined });
});
