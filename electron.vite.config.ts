/*
 * How the bundles are built: main, the preload of every page, and the pages.
 * Targets are the oldest runtime we test on (Node 20, Chromium 130), so one bundle runs on every Electron we support.
 * Everything is bundled but the two libraries that are native: they lie beside the bundles in out/node_modules.
 */
import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'
import { nativeModules, nativePackages } from './scripts/native-modules'
import { quickSipGrammar } from './scripts/quick-sip-grammar'

const at = (path: string): string => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    plugins: [nativeModules(at('.'), at('out/node_modules'))],
    build: {
      target: 'node20',
      outDir: 'out/main',
      externalizeDeps: false,
      sourcemap: true,
      rollupOptions: {
        // Each further entry is a process of its own.
        input: {
          index: at('main/index.ts'),
          gateway: at('gateway/index.ts'),
          'self-test': at('gateway/self-test.ts'),
          directory: at('main/directory/worker.ts'),
          search: at('main/search/search-worker.ts'),
        },
        external: nativePackages,
        // A smaller bundle starts sooner; names stay, so that a stack trace in the log can be read.
        output: { minify: { compress: true, mangle: false, codegen: true } },
      },
    },
  },
  preload: {
    build: {
      target: 'node20',
      outDir: 'out/preload',
      externalizeDeps: false,
      // Entries that shared a chunk could not be loaded in the sandbox.
      isolatedEntries: true,
      rollupOptions: {
        input: { port: at('preload/port.ts') },
        // A sandboxed preload must be one CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [svelte(), quickSipGrammar()],
    build: {
      target: 'chrome130',
      outDir: at('out/renderer'),
      modulePreload: { polyfill: false },
      minify: true,
      rollupOptions: {
        input: {
          ui: at('renderer/ui/index.html'),
          gallery: at('renderer/ui/gallery.html'),
          engine: at('renderer/engine/index.html'),
          alert: at('renderer/alert/index.html'),
          bar: at('renderer/bar/index.html'),
        },
      },
    },
  },
})
