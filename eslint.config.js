/*
 * Lint rules, and the house's borders: who may import what. A border that is crossed is an error, not a warning.
 */
import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

const electron = {
  name: 'electron',
  message: 'Electron belongs in main/index.ts, main/start-phone.ts, main/os, main/windows and preload.',
}
const sip = { name: 'sip.js', message: 'sip.js belongs in renderer/engine/sip.' }
const sipDeep = { group: ['sip.js/*'], message: 'sip.js belongs in renderer/engine/sip.' }
const fromMain = { group: ['**/main/*', '**/main/**'], message: 'Pages and common code know nothing of main.' }
const fromRenderer = { group: ['**/renderer/**'], message: 'Main and common code know nothing of the pages.' }
const border = (paths, patterns = []) => ({ 'no-restricted-imports': ['error', { paths, patterns }] })

export default ts.config(
  { ignores: ['node_modules', 'out', 'dist', '.cache', 'docs/reference', 'test/fixtures'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig, extraFileExtensions: ['.svelte'] } },
    rules: { 'svelte/no-at-html-tags': 'error' },
  },
  {
    files: ['common/**/*.ts'],
    rules: border(
      [electron, sip],
      [sipDeep, { group: ['node:*'], message: 'common is pure.' }, fromMain, fromRenderer],
    ),
  },
  {
    files: ['main/**/*.ts'],
    ignores: ['main/index.ts', 'main/start-phone.ts', 'main/os/**', 'main/windows/**'],
    rules: border([electron, sip], [sipDeep, fromRenderer]),
  },
  {
    files: ['main/index.ts', 'main/start-phone.ts', 'main/os/**/*.ts', 'main/windows/**/*.ts'],
    rules: border([sip], [sipDeep, fromRenderer]),
  },
  {
    files: ['renderer/engine/**/*.ts'],
    ignores: ['renderer/engine/sip/**'],
    rules: border([electron, sip], [sipDeep, fromMain]),
  },
  { files: ['renderer/engine/sip/**/*.ts'], rules: border([electron], [fromMain]) },
  {
    files: ['renderer/ui/**/*.{ts,svelte}'],
    rules: border(
      [electron, sip],
      [sipDeep, fromMain, { group: ['**/engine/**'], message: 'The ui page knows nothing of the engine.' }],
    ),
  },
  { files: ['scripts/**', 'bin/**', 'test/**'], rules: { 'no-console': 'off' } },
)
