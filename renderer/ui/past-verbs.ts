/*
 * What can be done with a past call: one list for its menu and its page. It asks the phone and moves the desk; it draws nothing.
 */
import Ban from '@lucide/svelte/icons/ban'
import BellRing from '@lucide/svelte/icons/bell-ring'
import BookUser from '@lucide/svelte/icons/book-user'
import MessageSquare from '@lucide/svelte/icons/message-square'
import Handset from '@lucide/svelte/icons/phone'
import ShieldOff from '@lucide/svelte/icons/shield-off'
import Trash2 from '@lucide/svelte/icons/trash-2'
import type { HistoryEntry, PhoneState } from '../../common/phone-state'
import { ringingRules, ruleAbout, rulesAbout } from './blocking'
import { isBlocked } from './directory-words'
import { pastName } from './caller'
import type { Desk } from './desk.svelte'
import type { MenuItem } from './menu-item'
import type { Phone } from './phone.svelte'

/** `contactId`: of the contact it was with, when that is known. `onchanged`: after the call was taken off the list. */
export function pastVerbs(
  { phone, desk }: { readonly phone: Phone; readonly desk: Desk },
  state: PhoneState,
  entry: HistoryEntry,
  onchanged: () => void,
  contactId: string | null = null,
): readonly (MenuItem & {
  readonly id: 'call' | 'message' | 'contact' | 'block' | 'unblock' | 'ring' | 'unring' | 'remove'
})[] {
  const { value } = entry.handle
  const rules = [
    ...rulesAbout(value, state.directory.blocked),
    // The rule that kept it away, whatever it matches.
    ...state.directory.blocked.filter(({ id }) => id === entry.screening?.ruleId),
  ]
  const rule = ruleAbout(value, pastName(entry))
  const ringing = ringingRules(value, state.directory.blocked)
  // One who was kept away by a rule for many, or by a directory, can be let through alone.
  const mayRing =
    isBlocked(entry.screening) && ringing.length === 0 && rulesAbout(value, state.directory.blocked).length === 0
  const account = state.accounts.find(({ account }) => account.id === entry.accountId && account.enabled)
  return [
    {
      id: 'call',
      icon: Handset,
      label: 'Call back',
      disabled: value === '' || !state.accounts.some(({ account }) => account.enabled),
      onselect: () =>
        void desk.ask(phone, { type: 'call', target: value, accountId: account ? entry.accountId : null }),
    },
    {
      id: 'message',
      icon: MessageSquare,
      label: 'Message',
      disabled: value === '' || !state.accounts.some(({ account }) => account.enabled),
      onselect: () => desk.openConversation(account ? entry.accountId : null, value),
    },
    {
      id: 'contact',
      icon: BookUser,
      label: contactId === null ? 'Add to contacts' : 'Show contact',
      disabled: value === '',
      onselect: () =>
        contactId === null ? desk.addContact({ name: pastName(entry), number: value }) : desk.openContact(contactId),
    },
    rules.length > 0
      ? {
          id: 'unblock',
          icon: ShieldOff,
          label: 'Unblock',
          onselect: () => {
            for (const ruleId of new Set(rules.map(({ id }) => id)))
              void desk.ask(phone, { type: 'removeBlockRule', ruleId })
          },
        }
      : {
          id: 'block',
          icon: Ban,
          label: 'Block',
          disabled: rule === null,
          onselect: () => rule && void desk.ask(phone, { type: 'addBlockRule', rule }),
        },
    ...(mayRing && rule !== null
      ? [
          {
            id: 'ring' as const,
            icon: BellRing,
            label: 'Ring anyway',
            onselect: () => void desk.ask(phone, { type: 'addBlockRule', rule: { ...rule, rings: true } }),
          },
        ]
      : []),
    ...(ringing.length > 0
      ? [
          {
            id: 'unring' as const,
            icon: BellRing,
            label: 'No longer ring anyway',
            onselect: () => {
              for (const { id } of ringing) void desk.ask(phone, { type: 'removeBlockRule', ruleId: id })
            },
          },
        ]
      : []),
    {
      id: 'remove',
      icon: Trash2,
      label: 'Remove',
      apart: true,
      onselect: () =>
        void desk.ask(phone, { type: 'removeCalls', callIds: [entry.id] }).then((reply) => reply.ok && onchanged()),
    },
  ]
}
