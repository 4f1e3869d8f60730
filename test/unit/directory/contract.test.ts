/*
 * Every rule CallKit has for a call directory, on the real tables: what a context takes and refuses, and that a request that
 * fails for whatever reason leaves the table in use as it was.
 */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  callDirectoryError,
  callDirectoryPhoneNumber,
  callDirectoryPhoneNumberMax,
  errorCodes,
  type CallDirectoryError,
  type CallDirectoryExtensionContext,
} from '../../../main/callkit'
import { ManualClock } from '../../fakes/manual-clock'
import { ada, before, contents, loadedFolder, request, temporaryFolder, type RequestOptions } from './support'

/** A request that has to fail; nothing of it may be left. */
async function failure(
  begin: (context: CallDirectoryExtensionContext) => void | Promise<void>,
  options: RequestOptions = {},
): Promise<CallDirectoryError> {
  const folder = await loadedFolder()
  const told: CallDirectoryError[] = []
  const outcome = await request(
    folder,
    (context) => {
      context.delegate = { requestFailed: (_, error) => void told.push(error) }
      return begin(context)
    },
    options,
  )
  expect(await contents(folder)).toEqual(before)
  expect(readdirSync(folder).filter((name) => name.startsWith('making'))).toEqual([])
  if (outcome.ok) throw new Error('it did not fail')
  expect(told).toEqual([outcome.error])
  return outcome.error
}

describe('a request for all entries', () => {
  it('takes the place of everything there was', async () => {
    const folder = await loadedFolder()
    const outcome = await request(folder, async (context) => {
      expect(context.isIncremental).toBe(false)
      context.addBlockingEntry(1)
      context.addIdentificationEntry(2, 'Two')
      await context.completeRequest()
    })
    expect(outcome).toEqual({ ok: true, incremental: false, counts: { identifying: 1, blocking: 1 } })
    expect(await contents(folder)).toEqual({ labels: { 2: ['Two'] }, blocked: [1] })
  })

  it('is what one is that did not read isIncremental, though only changes were wanted', async () => {
    const folder = await loadedFolder()
    const outcome = await request(
      folder,
      async (context) => {
        context.addIdentificationEntry(2, 'Two')
        expect(context.isIncremental).toBe(false)
        await context.completeRequest()
      },
      { incremental: true },
    )
    expect(outcome).toMatchObject({ ok: true, incremental: false })
    expect(await contents(folder)).toEqual({ labels: { 2: ['Two'] }, blocked: [] })
  })

  it('may be empty', async () => {
    const folder = await loadedFolder()
    await request(folder, async (context) => void (await context.completeRequest()))
    expect(await contents(folder)).toEqual({ labels: {}, blocked: [] })
  })

  it.each([
    ['removeBlockingEntry', (context: CallDirectoryExtensionContext) => context.removeBlockingEntry(1)],
    ['removeIdentificationEntry', (context: CallDirectoryExtensionContext) => context.removeIdentificationEntry(1)],
    ['removeAllBlockingEntries', (context: CallDirectoryExtensionContext) => context.removeAllBlockingEntries()],
    [
      'removeAllIdentificationEntries',
      (context: CallDirectoryExtensionContext) => context.removeAllIdentificationEntries(),
    ],
  ])('throws at %s, and has failed', async (name, remove) => {
    const full = await failure((context) => expect(() => remove(context)).toThrow(name))
    expect(full).toMatchObject({ name: 'unexpectedIncrementalRemoval', code: 8 })
    // Changes were wanted, but the provider did not ask: the same.
    const unread = await failure((context) => expect(() => remove(context)).toThrow(name), { incremental: true })
    expect(unread).toMatchObject({ name: 'unexpectedIncrementalRemoval', code: 8 })
    expect(unread.detail).toContain('isIncremental was not read')
  })
})

describe('a request for changes', () => {
  const change = async (begin: (context: CallDirectoryExtensionContext) => void) => {
    const folder = await loadedFolder()
    const outcome = await request(
      folder,
      async (context) => {
        expect(context.isIncremental).toBe(true)
        begin(context)
        await context.completeRequest()
      },
      { incremental: true },
    )
    expect(outcome).toMatchObject({ ok: true, incremental: true })
    return contents(folder)
  }

  it('keeps what there was', async () => {
    const changed = await change((context) => {
      context.addBlockingEntry(3)
      context.addIdentificationEntry(ada + 9, 'New')
    })
    expect(changed).toEqual({
      labels: { ...before.labels, [ada + 9]: ['New'] },
      blocked: [3, ...before.blocked],
    })
  })

  it('takes all labels of a number away, and a number that is not there without a word', async () => {
    const changed = await change((context) => {
      context.removeIdentificationEntry(ada)
      context.removeIdentificationEntry(7)
      context.removeBlockingEntry(4930222)
    })
    expect(changed).toEqual({ labels: { [ada + 1]: ['Grace'] }, blocked: [4930111] })
  })

  it('removes before it adds, whatever the order of the calls, and in any order', async () => {
    const changed = await change((context) => {
      context.addIdentificationEntry(ada, 'Countess')
      context.addIdentificationEntry(ada + 1, 'Hopper')
      context.removeIdentificationEntry(ada + 1)
      context.removeIdentificationEntry(ada)
    })
    expect(changed.labels).toEqual({ [ada]: ['Countess'], [ada + 1]: ['Hopper'] })
  })

  it('takes everything of a kind away, but what it adds', async () => {
    const labels = await change((context) => {
      context.addIdentificationEntry(ada + 1, 'Hopper')
      context.removeAllIdentificationEntries()
    })
    expect(labels).toEqual({ labels: { [ada + 1]: ['Hopper'] }, blocked: before.blocked })
    const blocked = await change((context) => context.removeAllBlockingEntries())
    expect(blocked).toEqual({ labels: before.labels, blocked: [] })
  })

  it('adds another label beside the old ones, and the same one not again', async () => {
    const changed = await change((context) => {
      context.addIdentificationEntry(ada, 'Ada')
      context.addIdentificationEntry(ada, 'Countess')
      context.addBlockingEntry(4930111)
    })
    expect(changed.labels[ada]).toEqual(['Ada', 'Ada Lovelace', 'Countess'])
    expect(changed.blocked).toEqual(before.blocked)
  })

  it('ascends as well, each kind by itself', async () => {
    const error = await failure(
      (context) => {
        expect(context.isIncremental).toBe(true)
        context.addIdentificationEntry(5, 'Five')
        context.addBlockingEntry(1)
        context.addBlockingEntry(2)
        context.addIdentificationEntry(4, 'Four')
      },
      { incremental: true },
    )
    expect(error).toMatchObject({ name: 'entriesOutOfOrder' })
  })
})

describe('entries', () => {
  it('ascend, and the one that does not is named with its place and the one before', async () => {
    const blocking = await failure((context) => {
      context.addBlockingEntry(10)
      context.addIdentificationEntry(1, 'One')
      context.addBlockingEntry(9)
    })
    expect(blocking).toMatchObject({
      domain: 'com.apple.CallKit.error.calldirectorymanager',
      name: 'entriesOutOfOrder',
      code: 3,
      entry: { stream: 'blocking', index: 1, number: 9, previous: 10 },
    })
    expect(blocking.detail).toBe('blocking entry 1: 9 comes after 10')
    const identification = await failure((context) => {
      context.addIdentificationEntry(10, 'Ten')
      context.addIdentificationEntry(12, 'Twelve')
      context.addIdentificationEntry(11, 'Eleven')
    })
    expect(identification.entry).toEqual({ stream: 'identification', index: 2, number: 11, previous: 12 })
  })

  it('of the two kinds have orders of their own', async () => {
    const folder = temporaryFolder()
    const outcome = await request(folder, async (context) => {
      context.addIdentificationEntry(100, 'Hundred')
      context.addBlockingEntry(1)
      context.addIdentificationEntry(200, 'Two hundred')
      context.addBlockingEntry(2)
      await context.completeRequest()
    })
    expect(outcome.ok).toBe(true)
    expect(await contents(folder)).toEqual({ labels: { 100: ['Hundred'], 200: ['Two hundred'] }, blocked: [1, 2] })
  })

  it('come once: a number blocked twice is a duplicate', async () => {
    const error = await failure((context) => {
      context.addBlockingEntry(10)
      context.addBlockingEntry(10)
    })
    expect(error).toMatchObject({ name: 'duplicateEntries', code: 4, entry: { index: 1, number: 10, previous: 10 } })
  })

  it('may give one number several labels, but none of them twice', async () => {
    const folder = temporaryFolder()
    await request(folder, async (context) => {
      for (const label of ['A', 'B', 'C']) context.addIdentificationEntry(10, label)
      await context.completeRequest()
    })
    expect((await contents(folder)).labels).toEqual({ 10: ['A', 'B', 'C'] })
    const error = await failure((context) => {
      for (const label of ['A', 'B', 'A']) context.addIdentificationEntry(10, label)
    })
    expect(error).toMatchObject({ name: 'duplicateEntries', entry: { stream: 'identification', index: 2 } })
  })

  it('are not more than the limit, of both kinds together', async () => {
    const add = (count: number) => async (context: CallDirectoryExtensionContext) => {
      context.addBlockingEntry(1)
      for (let n = 1; n < count; n++) context.addIdentificationEntry(n, 'One')
      await context.completeRequest()
    }
    expect(await request(temporaryFolder(), add(10), { maximumEntries: 10 })).toMatchObject({ ok: true })
    const error = await failure(add(11), { maximumEntries: 10 })
    expect(error).toMatchObject({ name: 'maximumEntriesExceeded', code: 5, entry: { index: 9, number: 10 } })
  })

  it('are counted with the old ones when only changes are added', async () => {
    const add = (context: CallDirectoryExtensionContext) => {
      expect(context.isIncremental).toBe(true)
      context.addBlockingEntry(1)
      return context.completeRequest().then(() => {})
    }
    expect(await failure(add, { incremental: true, maximumEntries: 5 })).toMatchObject({
      name: 'maximumEntriesExceeded',
    })
    const folder = await loadedFolder()
    expect(await request(folder, add, { incremental: true, maximumEntries: 6 })).toMatchObject({ ok: true })
  })

  it.each([0, -1, 1.5, NaN, 2 ** 60, '4930' as unknown as number])(
    'are telephone numbers: %s is none',
    async (number) => {
      expect(await failure((context) => context.addBlockingEntry(number))).toMatchObject({ name: 'unknown', code: 0 })
      const error = await failure((context) => context.addIdentificationEntry(number, 'Nobody'))
      expect(error.detail).toContain('identification entry 0')
    },
  )

  it('have labels that can be read, of which 256 characters are kept', async () => {
    expect(await failure((context) => context.addIdentificationEntry(1, ' '))).toMatchObject({ name: 'unknown' })
    const folder = temporaryFolder()
    await request(folder, async (context) => {
      context.addIdentificationEntry(1, 'x'.repeat(300))
      context.addIdentificationEntry(2, `${'x'.repeat(255)}😀`)
      await context.completeRequest()
    })
    expect((await contents(folder)).labels).toEqual({ 1: ['x'.repeat(256)], 2: ['x'.repeat(255)] })
  })
})

describe('the end of a request', () => {
  it('is its cancellation, with the reason that was given', async () => {
    const error = await failure((context) => {
      context.addBlockingEntry(1)
      context.cancelRequest(new Error('the list is being rebuilt'))
    })
    expect(error).toMatchObject({ name: 'unknown', detail: 'the list is being rebuilt' })
  })

  it('is what the provider throws, or rejects with', async () => {
    const error = await failure(() => Promise.reject(new Error('no such file')))
    expect(error).toMatchObject({ name: 'unknown', detail: 'no such file' })
  })

  it('is its deadline: expired, and nothing was added', async () => {
    const clock = new ManualClock()
    let complete: (told: readonly boolean[]) => void = () => {}
    const completed = new Promise<readonly boolean[]>((resolve) => (complete = resolve))
    const error = await failure(
      async (context) => {
        context.addBlockingEntry(1)
        await clock.advanceAsync(5_000)
        context.addBlockingEntry(2)
        let told: boolean | null = null
        const returned = await context.completeRequest((expired) => (told = expired))
        complete([told ?? false, returned])
      },
      { clock, timeoutMs: 5_000 },
    )
    expect(await completed).toEqual([true, true])
    expect(error).toMatchObject({ name: 'loadingInterrupted', code: 2, detail: 'not complete after 5 seconds' })
    expect(clock.pending).toBe(0)
  })

  it('is not expired when it completed in time, nor when it failed', async () => {
    const answers: boolean[] = []
    await request(temporaryFolder(), async (context) => void answers.push(await context.completeRequest()))
    await failure(async (context) => {
      context.addBlockingEntry(2)
      context.addBlockingEntry(1)
      answers.push(await context.completeRequest())
    })
    expect(answers).toEqual([false, false])
  })

  it('comes from outside: an interrupted load keeps nothing', async () => {
    let interrupt: (error: CallDirectoryError) => void = () => {}
    const interrupted = new Promise<CallDirectoryError>((resolve) => (interrupt = resolve))
    const error = await failure(
      (context) => {
        context.addBlockingEntry(1)
        interrupt(callDirectoryError('loadingInterrupted'))
      },
      { interrupted },
    )
    expect(error).toMatchObject({ name: 'loadingInterrupted', code: 2 })
  })

  it('comes once: what is done after it is without effect', async () => {
    const folder = temporaryFolder()
    await request(folder, async (context) => {
      context.addBlockingEntry(1)
      await context.completeRequest()
      context.addBlockingEntry(2)
      context.cancelRequest()
      await context.completeRequest()
    })
    expect(await contents(folder)).toEqual({ labels: {}, blocked: [1] })
  })

  it('is told to the delegate after the call that caused it, and a delegate that throws changes nothing', async () => {
    const folder = await loadedFolder()
    let inside = true
    const outcome = await request(folder, (context) => {
      context.delegate = {
        requestFailed: () => {
          expect(inside).toBe(false)
          throw new Error('the delegate is broken')
        },
      }
      context.addBlockingEntry(2)
      context.addBlockingEntry(1)
      inside = false
    })
    expect(outcome.ok).toBe(false)
    expect(await contents(folder)).toEqual(before)
  })
})

describe('a number', () => {
  it('is country code and digits as one integer', () => {
    expect(callDirectoryPhoneNumber('+4930123456')).toBe(ada)
    for (const none of ['030123456', '+0301', '+49 30', '', '+1234567890123456']) {
      expect(callDirectoryPhoneNumber(none)).toBeNull()
    }
    expect(callDirectoryPhoneNumber('+999999999999999')).toBeLessThan(callDirectoryPhoneNumberMax)
  })

  it('has errors with every code of the domain', () => {
    for (const [name, code] of Object.entries(errorCodes.callDirectoryManager)) {
      const error = callDirectoryError(name as keyof typeof errorCodes.callDirectoryManager)
      expect(error).toMatchObject({ domain: 'com.apple.CallKit.error.calldirectorymanager', name, code })
    }
  })
})
