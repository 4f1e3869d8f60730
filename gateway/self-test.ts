/*
 * The entry of a process that only finds out whether the native libraries work here, says so and is ended.
 */
import { checkNatives } from './native-check'

process.parentPort.postMessage(await checkNatives())
