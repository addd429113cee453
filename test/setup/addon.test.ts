import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { tf } from '../../lib/runtime/tensorflow';
import { findCompiler, relink, runPath, whyCompile } from '../../scripts/setup/addon';
import { namedTensorFlow, wheelTensorFlow } from '../../scripts/setup/tensorflow';
import { newFolder, projectRoot, runToEnd, write, writeProgram } from './fakes';

const linux = process.platform === 'linux';

test('compilers are tried in order, and CXX may hold arguments', () => {
  const folder = newFolder();
  writeProgram(folder, 'g++', 'exit 1');
  writeProgram(folder, 'clang++', 'exit 0');
  assert.deepEqual(findCompiler({ PATH: folder }), ['clang++']);
  writeProgram(folder, 'ccache', 'test "$1" = g++');
  assert.deepEqual(findCompiler({ PATH: folder, CXX: 'ccache g++' }), ['ccache', 'g++']);
});

test('without a compiler, the sentence names the package that has one', () => {
  const folder = newFolder();
  writeProgram(folder, 'pacman', '');
  assert.throws(
    () => findCompiler({ PATH: folder }),
    /none of g\+\+, clang\+\+, c\+\+ runs: install one with (sudo pacman -S gcc|xcode-select --install), then run: npm run setup/,
  );
  assert.throws(
    () => findCompiler({ PATH: folder, CXX: 'no-such-compiler -m64' }),
    /and CXX=no-such-compiler -m64 does not run: install one with/,
  );
});

test('the run path is relative inside the clone and absolute outside', () => {
  const root = newFolder();
  const addon = path.join(root, 'node_modules', 'a');
  const inside = path.join(root, '.venv', 'lib');
  assert.equal(runPath(root, addon, inside, 'linux'), '$ORIGIN/../../.venv/lib');
  assert.equal(runPath(root, addon, inside, 'darwin'), '@loader_path/../../.venv/lib');
  assert.equal(runPath(root, addon, '/opt/tf/lib', 'linux'), '/opt/tf/lib');
});

/**
 * A folder with pretended tools of Apple.
 * @returns what the addon was given to: a line for each command but otool
 */
function relinked(named: string, platform: NodeJS.Platform = 'darwin'): string[] {
  const tools = newFolder();
  const calls = write(path.join(tools, 'calls'), '');
  // As otool prints an addon that is linked with the libraries of TensorFlow 2.21's wheel for arm64, but for `named`.
  const libraries = [
    `${named}libtensorflow_cc.2.dylib (compatibility version 0.0.0, current version 0.0.0)`,
    '@rpath/libtensorflow_framework.2.dylib (compatibility version 0.0.0, current version 0.0.0)',
    '/usr/lib/libc++.1.dylib (compatibility version 1.0.0, current version 1800.105.0)',
  ];
  const printed = ['addon.node:', ...libraries.map((line) => `\t${line}`)].join('\n');
  writeProgram(tools, 'otool', `test "$1" = -L && echo '${printed}'`);
  for (const tool of ['install_name_tool', 'codesign'])
    writeProgram(tools, tool, `echo ${tool} "$@" >> ${calls}`);
  const linkedWith = ['/x/libtensorflow_cc.2.dylib', '/x/libtensorflow_framework.2.dylib'];
  relink('addon.node', linkedWith, { PATH: `${tools}:/usr/bin:/bin` }, platform);
  return fs.readFileSync(calls, 'utf8').trimEnd().split('\n');
}

test('on macOS, libraries that name a fixed place are looked for along the run path', () => {
  assert.deepEqual(relinked('bazel-out/darwin_arm64-opt/bin/tensorflow/'), [
    'install_name_tool -change bazel-out/darwin_arm64-opt/bin/tensorflow/libtensorflow_cc.2.dylib ' +
      '@rpath/libtensorflow_cc.2.dylib addon.node',
    'codesign --force --sign - addon.node',
  ]);
  assert.deepEqual(relinked('@rpath/'), ['']);
  assert.deepEqual(relinked('/fixed/', 'linux'), ['']);
});

test('a tool of Apple that is missing is named, with the command that brings it', () => {
  assert.throws(() => {
    relink('addon.node', [], { PATH: newFolder() }, 'darwin');
  }, /otool failed.*xcode-select --install, then run: npm run setup/);
});

/** A folder as the archives of libtensorflow unpack to, its libraries being links to others of another name. */
function libtensorflow(): { folder: string; elsewhere: string } {
  const [folder, elsewhere] = [newFolder(), newFolder()];
  write(path.join(folder, 'include/tensorflow/c/c_api.h'), '');
  fs.mkdirSync(path.join(folder, 'lib'));
  for (const [link, file] of [
    ['libtensorflow.so', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so.2'],
  ] as const) {
    fs.symlinkSync(write(path.join(elsewhere, file), ''), path.join(folder, 'lib', link));
  }
  return { folder, elsewhere };
}

test('a named library is looked for at run time where its links lead, too', { skip: !linux }, () => {
  const { folder, elsewhere } = libtensorflow();
  const found = namedTensorFlow(folder);
  assert.deepEqual(found.folders, [elsewhere, path.join(folder, 'lib')]);
  assert.equal(found.libraries[0], path.join(folder, 'lib', 'libtensorflow.so'));
});

test('a named folder that lacks something is refused, naming it', { skip: !linux }, () => {
  const { folder } = libtensorflow();
  fs.rmSync(path.join(folder, 'include'), { recursive: true });
  assert.throws(
    () => namedTensorFlow(folder),
    /TFJS_LIBTENSORFLOW is .* include\/tensorflow\/c\/c_api\.h is not in it/,
  );
  assert.throws(() => namedTensorFlow('/nowhere'), /lib\/libtensorflow\.so is not in it.*npm run setup/);
});

test('the addon here fits the TensorFlow here, and not another one', () => {
  const tensorflow = wheelTensorFlow(projectRoot);
  if (!tensorflow) return;
  const root = newFolder();
  const folder = path.join(root, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8');
  assert.match(whyCompile(root, tensorflow), /not there yet/);
  write(path.join(folder, 'tfjs_binding.node'), '');
  write(path.join(folder, 'setup.json'), JSON.stringify({ flags: [], libraries: [] }));
  assert.equal(whyCompile(root, tensorflow), 'TensorFlow, or how the addon is made, has changed');
});

const load =
  "require('./lib/runtime/register-ts.js'); require('./lib/runtime/tensorflow').tf.zeros([1]).dataSync();";

test('Node loads TensorFlow without a word, and with its notices where they are asked for', async () => {
  const quiet = { ...process.env, TF_CPP_MIN_LOG_LEVEL: undefined };
  const { code, stderr } = await runToEnd(process.execPath, ['-e', load], quiet);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  const loud = await runToEnd(process.execPath, ['-e', load], { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0' });
  assert.match(loud.stderr, /TensorFlow binary is optimized/);
});

// Shared memory is let go of in whichever thread is the last to use a tensor, and that corrupts Node-API's references.
test('a tensor has memory of its own, however the array is aligned that it is made from', () => {
  const bytes = new ArrayBuffer(256);
  for (let offset = 0; offset < 64; offset += 4) {
    const array = new Float32Array(bytes, offset, 16).fill(1);
    const tensor = tf.tensor1d(array);
    const before = tf.add(tensor, 0).dataSync()[3];
    array.fill(2);
    const after = tf.add(tensor, 0).dataSync()[3];
    assert.deepEqual([before, after], [1, 1], `at offset ${offset}`);
  }
});

test('danfojs uses the same TensorFlow: one engine in the process', async () => {
  const compare =
    "require('./lib/runtime/register-ts.js'); const { tf } = require('./lib/runtime/tensorflow');" +
    "const same = require('danfojs-node').tensorflow === require('@tensorflow/tfjs-node-gpu');" +
    "console.log(same, require('@tensorflow/tfjs-node') === require('@tensorflow/tfjs-node-gpu'), tf.getBackend());";
  const { stdout, stderr } = await runToEnd(process.execPath, ['-e', compare], process.env);
  assert.equal(stdout, 'true true tensorflow\n', stderr);
});

test('danfojs works without xlsx, and a spreadsheet is refused with what to do instead', async () => {
  const use = `
    const { DataFrame, toExcel } = require('danfojs-node');
    const frame = new DataFrame([[1, 2], [3, 4]], { columns: ['a', 'b'] });
    console.log(frame.a.sum());
    try { toExcel(frame, { filePath: '/nonexistent/a.xlsx' }); } catch (error) { console.log(error.message); }`;
  const { stdout, stderr } = await runToEnd(process.execPath, ['-e', use], process.env);
  assert.match(stdout, /^4\nSpreadsheets are not supported here: .* use readCSV or toCSV\.\n$/, stderr);
});

test('no package comes from outside the registry, and none of xlsx from anywhere', () => {
  interface Locked {
    readonly link?: boolean;
    readonly resolved?: string;
    readonly integrity?: string;
  }
  const lock = JSON.parse(fs.readFileSync(path.join(projectRoot, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const outside = Object.entries(lock.packages).filter(([folder, { link, resolved, integrity }]) => {
    const isOurs = folder === '' || folder.startsWith('vendor/') || (link && resolved?.startsWith('vendor/'));
    return (
      !isOurs &&
      (integrity === undefined || (resolved && !resolved.startsWith('https://registry.npmjs.org/')))
    );
  });
  assert.deepEqual(outside, []);
  const tables = Object.keys(lock.packages).filter((folder) => folder.endsWith('/xlsx'));
  assert.deepEqual(tables, ['node_modules/xlsx', 'vendor/xlsx']);
  assert.equal(lock.packages['node_modules/xlsx'].link, true);
});
