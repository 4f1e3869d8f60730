/*
 * The packaged application's way into the command line: the same program as bin/patchcord.mjs, bundled. Nothing of its
 * own, so the two cannot differ.
 */
export { isControlCommand } from '../../bin/control-arguments.mjs'
export { runControlVerb } from '../../bin/control-client.mjs'
