/*
 * `npm run example`: runs a program of examples/ that hosts the framework, the fake line when none is named. They are
 * TypeScript, which the oldest Node we support does not run by itself.
 */
import { join } from 'node:path'
import { runnerImport } from 'vite'
import { root } from './setup/places.mjs'

const [name = 'fake-line'] = process.argv.slice(2)
await runnerImport(join(root, 'examples', `${name}.ts`), { root, configFile: false })
