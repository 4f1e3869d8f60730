/* What the engine reports of sound, and what is kept of it. */
import { expect, it } from 'vitest'
import type { EngineReport } from '../../../common/contract/engine'
import { noMedia } from '../../../common/media'
import { silentLog } from '../../../common/log'
import { defaultSettings } from '../../../common/settings'
import { hear, type ReportsOptions } from '../../../main/phone/reports'
import { PhoneStore } from '../../../main/phone-store'
import { stateOf } from '../../fakes/phone-state'

const keptOf = (researchDataGeneration: boolean, report: EngineReport): string[] => {
  const did: string[] = []
  const note = (what: string) => () => void did.push(what)
  const store = new PhoneStore({ ...stateOf(), settings: { ...defaultSettings, researchDataGeneration } }, silentLog)
  const listens = { engineReported: () => {} }
  const others = {
    sip: listens,
    reachability: listens,
    colleagues: listens,
    messages: listens,
    accountTests: listens,
    ladders: listens,
    registrar: {},
    views: { measured: note('shown'), heard: note('shown') },
    recents: { measured: note('kept') },
    speech: { heard: () => {} },
  }
  const told: string[] = []
  const write = (line: string) => void told.push(line)
  const log = { debug: write, info: write, warn: write, error: write }
  hear(report, { ...others, store, send: note('shown'), log } as unknown as ReportsOptions)
  return [...did, ...told]
}
const callId = 'b5d1e6a0-0000-4000-8000-000000000001'

it.each<[string, EngineReport]>([
  ['who speaks', { type: 'speaking', callIds: [callId] }],
  ['how loud it is', { type: 'level', microphone: -20, speaker: -30 }],
])('%s is shown while the call is up and kept nowhere, whatever is set', (_, report) => {
  expect(keptOf(false, report)).toEqual(['shown'])
  expect(keptOf(true, report)).toEqual(['shown'])
})

it('how well the network carried a call is kept with it: that is not about speech', () => {
  const report: EngineReport = { type: 'quality', callId, quality: { ...noMedia, mos: 4.2 } }
  expect(keptOf(false, report)).toEqual(['kept', 'shown'])
})
