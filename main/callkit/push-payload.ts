/*
 * The door for whoever decrypts messages and finds a call in one. It can only pass a payload on; the call itself must be
 * reported by a provider, under the same rules as any other.
 */
import { callKitError, type CallKitError } from './errors'

/** What a decrypted message says of a call; its owner knows its shape. */
export type PushPayload = Readonly<Record<string, unknown>>

/** Who knocks. On the desktop an isolated process that main has started for this, never a page. */
export interface PushClient {
  /** It may keep a message from being shown because it is a call. */
  readonly mayFilter: boolean
  /** It is the process that was started for this. */
  readonly isExtension: boolean
  /** Hands the payload to the owner of the provider. */
  readonly deliver: (payload: PushPayload) => void
}

/** null when the payload was passed on. `client` null: somebody without any entitlement. */
export async function passOn(
  payload: PushPayload,
  client: PushClient | null,
): Promise<CallKitError<'notificationServiceExtension'> | null> {
  if (!client?.mayFilter) return error('missingNotificationFilteringEntitlement')
  if (!client.isExtension) return error('invalidClientProcess')
  try {
    client.deliver(structuredClone(payload))
    return null
  } catch {
    return error('unknown')
  }
}

const error = (name: CallKitError<'notificationServiceExtension'>['name']) =>
  callKitError('notificationServiceExtension', name)
