/*
 * Builds the framework as a library for programs of others, into out/callkit: one file of plain JavaScript, and its types. Part of
 * `npm run build`; the application itself does not need it.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { root } from './setup/places.mjs'
import { run } from './setup/run.mjs'

/** Writes index.js into the folder. */
export async function buildLibrary(outDir) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: true,
      minify: false,
      lib: { entry: join(root, 'main/callkit/index.ts'), formats: ['es'], fileName: 'index' },
      // What it needs of npm is its user's to install; today that is nothing.
      rollupOptions: { external: /^(?:node:|[^./])/ },
    },
  })
}

/** Writes the types below `types/`, with the endings that Node's own way of finding modules wants. */
export async function buildTypes(outDir) {
  const types = join(outDir, 'types')
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', root, '--outDir', types]
  const { code, output } = await run(process.execPath, [compiler, '-p', join(root, 'main/callkit'), ...options], {
    cwd: root,
  })
  if (code !== 0) throw new Error(`The types of the library failed:\n${output}`)
  for (const name of readdirSync(types, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue
    const path = join(types, name)
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(from |import\()'(\.[^']*)'/g, "$1'$2.js'"))
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const outDir = join(root, 'out/callkit')
  rmSync(outDir, { recursive: true, force: true })
  await buildLibrary(outDir)
  await buildTypes(outDir)
}
