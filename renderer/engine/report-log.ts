/*
 * A log whose lines travel to main as reports. It writes nothing itself and redacts nothing: whoever logs knows what it says.
 */
import type { EnginePagePort } from '../../common/contract/port'
import type { Log } from '../../common/log'

export function reportLog(port: EnginePagePort): Log {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string) =>
    port.send({ kind: 'report', report: { type: 'log', level, message: message.slice(0, 4096) } })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
