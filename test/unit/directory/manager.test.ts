/*
 * CallKit's directory manager: what it says to whom, whatever becomes of a load.
 */
import { describe, expect, it } from 'vitest'
import {
  callDirectoryEnabledStatuses,
  CallDirectoryManager,
  type CallDirectoryError,
  type CallDirectoryOutcome,
} from '../../../main/callkit'

const enabled: Record<string, boolean> = { on: true, off: false }
const counts = { identifying: 1, blocking: 0 }

function managed(
  load: (interrupted: Promise<CallDirectoryError>) => Promise<CallDirectoryOutcome>,
): CallDirectoryManager {
  return new CallDirectoryManager({
    isEnabled: (identifier) => enabled[identifier] ?? null,
    load: (_, interrupted) => load(interrupted),
  })
}
const loads = (): Promise<CallDirectoryOutcome> => Promise.resolve({ ok: true, incremental: false, counts })
const untilInterrupted = (interrupted: Promise<CallDirectoryError>): Promise<CallDirectoryOutcome> =>
  interrupted.then((error) => ({ ok: false, error }))

describe('the enabled status of an extension', () => {
  it("is the user's switch, with CallKit's values", async () => {
    const manager = managed(loads)
    expect(await manager.getEnabledStatusForExtension('on')).toEqual({ status: 'enabled', error: null })
    expect(await manager.getEnabledStatusForExtension('off')).toEqual({ status: 'disabled', error: null })
    expect(callDirectoryEnabledStatuses).toEqual({ unknown: 0, disabled: 1, enabled: 2 })
  })

  it('is unknown for one that is not there', async () => {
    const { status, error } = await managed(loads).getEnabledStatusForExtension('none')
    expect([status, error?.name, error?.code]).toEqual(['unknown', 'noExtensionFound', 1])
  })

  it('stays enabled when a load fails', async () => {
    const manager = managed(() => Promise.reject(new Error('gone')))
    expect(await manager.reloadExtension('on')).toMatchObject({ name: 'loadingInterrupted', code: 2, detail: 'gone' })
    expect((await manager.getEnabledStatusForExtension('on')).status).toBe('enabled')
  })
})

describe('a reload', () => {
  it('resolves with nothing when the entries are in use', async () => {
    expect(await managed(loads).reloadExtension('on')).toBeNull()
  })

  it('of one that is not there, or switched off, loads nothing', async () => {
    const manager = managed(() => Promise.reject(new Error('not to be called')))
    expect(await manager.reloadExtension('none')).toMatchObject({ name: 'noExtensionFound', code: 1 })
    expect(await manager.reloadExtension('off')).toMatchObject({ name: 'extensionDisabled', code: 6 })
  })

  it('during a load is refused, and the load goes on', async () => {
    let finish: (outcome: CallDirectoryOutcome) => void = () => {}
    const manager = managed(() => new Promise((resolve) => (finish = resolve)))
    const first = manager.reloadExtension('on')
    expect(manager.isLoading('on')).toBe(true)
    expect(await manager.reloadExtension('on')).toMatchObject({ name: 'currentlyLoading', code: 7 })
    finish({ ok: true, incremental: false, counts })
    expect(await first).toBeNull()
    expect(manager.isLoading('on')).toBe(false)
  })

  it('that is interrupted fails, and another may follow at once', async () => {
    const manager = managed(untilInterrupted)
    const first = manager.reloadExtension('on')
    await manager.interrupt('on', 'its settings were changed')
    expect(await first).toMatchObject({ name: 'loadingInterrupted', detail: 'its settings were changed' })
    const second = manager.reloadExtension('on')
    expect(manager.isLoading('on')).toBe(true)
    await manager.interrupt('on')
    expect(await second).toMatchObject({ name: 'loadingInterrupted' })
  })
})

it('opens the settings where there are any', async () => {
  let opened = 0
  const isEnabled = (): boolean => true
  const manager = new CallDirectoryManager({ isEnabled, load: loads, openSettings: () => opened++ })
  expect(await manager.openSettings()).toBeNull()
  expect(opened).toBe(1)
  expect(await managed(loads).openSettings()).toMatchObject({ name: 'unknown' })
})
