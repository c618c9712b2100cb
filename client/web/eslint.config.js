import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const here = fileURLToPath(new URL('.', import.meta.url));
const nodeTest = { from: 'package', package: 'node:test', name: ['test', 'describe', 'it'] };

export default defineConfig(
  { ignores: ['out/'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: here },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', 600],
      'max-lines-per-function': ['error', 60],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [nodeTest] },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    // What runs everywhere leans on nothing.
    files: ['shared/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: '^(?!\\./)' }] }],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'performance', 'setTimeout'],
    },
  },
  {
    // The player runs in an AudioWorklet, which has next to nothing.
    files: ['player/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: '^(?!\\./|\\.\\./shared/)' }] }],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'performance', 'setTimeout'],
    },
  },
  {
    // Programs of the build: tsc knows their types from comments, and they say what they did.
    files: ['*.mjs', '*.js'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      'no-console': 'off',
      'no-undef': 'off',
    },
  },
);
