import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      '.venv/',
      '.setup/',
      '.bench/',
      'data/',
      'outputs/',
      'vendor/',
      '**/*.mjs',
      '**/*.cjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        // What runs in a reader's browser has a browser's types.
        project: [
          './tsconfig.json',
          './lib/report/browser/tsconfig.json',
          './scripts/setup/jupyter/tsconfig.json',
          './lib/play/page/tsconfig.json',
          './test/play/page/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers in messages are what most of our templates hold.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `void describe(...)` of node:test is noise; floating promises elsewhere are not.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['test', 'it', 'describe', 'suite'], package: 'node:test' },
          ],
        },
      ],
      // Indexing typed arrays is safe by construction in numeric loops, and `noUncheckedIndexedAccess` is off.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    },
  },
  {
    // Plain JavaScript is what runs before TypeScript can: set-up and the kernel's first lines.
    files: ['**/*.js'],
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      // A JSDoc cast of an `any` still counts as one.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
