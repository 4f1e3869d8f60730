/*
 * The part of a stored account that everybody may see. Pure.
 */
import {
  noFeatures,
  usualConnection,
  usualNumbers,
  type Account,
  type AccountConnection,
  type AccountFeatures,
  type NumberPlan,
} from '../../common/account'
import type { StoredAccount } from './settings-document'

/** Without secrets, and without what other versions left. */
export function publicPart(stored: StoredAccount): Account {
  const { id, name, uri, server, username, displayName, certificate, enabled } = stored
  const features = only<AccountFeatures>(noFeatures, stored.features)
  const connection = only<AccountConnection>(usualConnection, stored.connection)
  const numbers = only<NumberPlan>(usualNumbers, stored.numbers)
  return {
    ...{ id, name, uri, server, username, displayName, certificate, enabled, features, connection, numbers },
    ...(stored.listsCalls === false && { listsCalls: false }),
  }
}

/** What `known` has, as `stored` says it. */
const only = <T extends object>(known: T, stored: T): T =>
  Object.fromEntries(Object.keys(known).map((key) => [key, stored[key as keyof T]])) as T
