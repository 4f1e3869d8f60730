/*
 * RFC 4475 through the guarding transport into a real user agent, as text and as binary frames. After each the phone must still answer.
 */
import { UserAgent, type Invitation } from 'sip.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bareAlice, ourAlice, settle } from '../support/user-agents'
import { tortures } from './torture-messages'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const uriOf = (user: string) => UserAgent.makeURI(`sip:${encodeURIComponent(user)}@example.com`)!

describe('RFC 4475', () => {
  it('counts 49', () => {
    expect(tortures).toHaveLength(49)
    expect(new Set(tortures.map(({ name }) => name)).size).toBe(49)
  })

  for (const { name, user, text, answer, rings } of tortures)
    for (const form of ['text', 'binary'] as const)
      it(`${name} (${form}): ${answer ?? 'no final answer'}${rings ? ', rings' : ''}`, async () => {
        const rang: Invitation[] = []
        const alice = await ourAlice({
          userAgent: { uri: uriOf(user), delegate: { onInvite: (invitation) => rang.push(invitation) } },
        })
        alice.peer.server.send(form === 'text' ? text : new TextEncoder().encode(text))
        await settle()
        const finals = alice.peer.said.filter(({ status }) => status >= 200).map(({ status }) => status)
        expect(finals).toEqual(answer === null ? [] : [answer])
        expect(rang).toHaveLength(rings ? 1 : 0)
        alice.peer.request({ method: 'OPTIONS', uri: uriOf(user).toString(), body: null })
        await settle()
        expect(alice.peer.responses('OPTIONS').at(-1)?.status).toBe(200)
      })

  it('bare sip.js leaves at least a third of them wrong', async () => {
    let wrong = 0
    for (const { user, text, answer, rings } of tortures) {
      const rang: Invitation[] = []
      const alice = await bareAlice({ uri: uriOf(user), delegate: { onInvite: (invitation) => rang.push(invitation) } })
      const transport = alice.userAgent.transport
      try {
        transport.onMessage?.(text)
      } catch {
        wrong += 1
        continue
      }
      await settle()
      const finals = alice.peer.said.filter(({ status }) => status >= 200).map(({ status }) => status)
      if (finals[0] !== (answer ?? undefined) || rang.length !== (rings ? 1 : 0)) wrong += 1
    }
    expect(wrong).toBeGreaterThan(16)
  })
})
