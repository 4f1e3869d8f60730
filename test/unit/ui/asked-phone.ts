/* A phone of a page whose main is the test: what was asked is listed, and each question answered when the test wants. */
import type { UiCommand, UiDown } from '../../../common/contract/ui'
import type { UiAnswer } from '../../../common/contract/ui-answer'
import { Phone } from '../../../renderer/ui/phone.svelte'

export interface AskedPhone {
  readonly phone: Phone
  readonly asked: UiCommand[]
  /** Answers the question asked as the `index`th; null: refuses it. */
  answer(index: number, answer: UiAnswer | null): Promise<void>
}

export function askedPhone(): AskedPhone {
  const asked: UiCommand[] = []
  const ids: number[] = []
  let receive: (message: UiDown) => void = () => undefined
  const phone = new Phone({
    send: ({ id, command }) => {
      ids.push(id)
      asked.push(command)
    },
    onMessage: (listener) => (receive = listener),
    onClose: () => undefined,
  })
  return {
    phone,
    asked,
    async answer(index, answer) {
      const error = answer ? null : { code: 'failed' as const, detail: null, registration: null, certificate: null }
      receive({ kind: 'reply', id: ids[index] ?? -1, callId: null, error, answer })
      await Promise.resolve()
      await Promise.resolve()
    },
  }
}
