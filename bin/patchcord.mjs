#!/usr/bin/env node
/*
 * The phone's command line. It works from any folder, without a build and without dependencies.
 */
import { runControlVerb } from './control-client.mjs'

// Not process.exit(): a pipe may still hold what was printed.
process.exitCode = await runControlVerb(process.argv.slice(2))
