/*
 * A phone whose calls come, ring and end, again and again, in the history file named by its first argument, until it is
 * killed. It says what it has done, after it has.
 */
import { writeSync } from 'node:fs'
import { systemClock } from '../../../../common/clock'
import { silentLog } from '../../../../common/log'
import { Recents } from '../../../../main/recents/recents'
import { createCallKit } from '../../../../main/callkit'
import { HistoryFile } from '../../../../main/recents/history-file'

const [path = '', run = ''] = process.argv.slice(2)
const file = new HistoryFile({ path, log: silentLog, limit: 100_000 })
const history = new Recents({ file, clock: systemClock, onChange: () => {} })
const kit = createCallKit({ history: (call) => history.remember(call), lingerMs: 0 })
kit.registry.observe((calls) => history.follow(calls))
const line = kit.addProvider('work', { maximumCallGroups: 2 })

for (let n = 0; ; n++) {
  const callId = `${run}-${n}`
  await line.reportNewIncomingCall(callId, { remoteHandle: { type: 'generic', value: '200' } })
  writeSync(1, `begun ${callId}\n`)
  await new Promise((resolve) => setImmediate(resolve))
  line.reportEnded(callId, { cause: 'remote-hung-up', sipStatus: null, reason: null })
  writeSync(1, `ended ${callId}\n`)
}
