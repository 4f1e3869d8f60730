/*
 * The XML of a Windows toast (Microsoft's toast schema): the call toast that stays until it is answered. Strangers' text
 * goes in, so everything is written by one escaping function; nothing is pasted together by hand.
 */
import type { DesktopNotification } from './notification-center'
import { defaultAction } from './notification-center'

type Attributes = Readonly<Record<string, string>>

/** What XML 1.0 does not allow in a document, in no form. */
// eslint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

const escape = (text: string): string =>
  text.replace(forbidden, '').replace(/[&<>"']/g, (character) => escapes[character] ?? '')

/** `children`: XML already. */
function element(name: string, attributes: Attributes, ...children: string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`)
  return `<${name}${written.join('')}>${children.join('')}</${name}>`
}

/** What Windows hands back when a button or the toast itself is pressed; read by `parseActivation`. */
const activation = (type: 'click' | 'action', index: number, key: string, verb: string): string =>
  new URLSearchParams({ type, action: String(index), key, verb }).toString()

/** The key and the action of an activation string of ours; null for anything else. */
export function parseActivation(text: string): { key: string; action: string } | null {
  const parameters = new URLSearchParams(text.slice(0, 1024))
  const key = parameters.get('key')
  const action = parameters.get('verb')
  return key && action ? { key, action } : null
}

const styles: Readonly<Record<string, string>> = { answer: 'Success', decline: 'Critical' }

export function toastXml(notification: DesktopNotification): string {
  const { key, kind, title, body } = notification
  const buttons = notification.actions.filter((action) => action.key !== defaultAction)
  return element(
    'toast',
    {
      ...(kind === 'incoming' ? { scenario: 'incomingCall' } : {}),
      useButtonStyle: 'true',
      launch: activation('click', -1, key, defaultAction),
    },
    element(
      'visual',
      {},
      element(
        'binding',
        { template: 'ToastGeneric' },
        element('text', {}, escape(title)),
        element('text', {}, escape(body)),
      ),
    ),
    element(
      'actions',
      {},
      ...buttons.map((button, index) =>
        element('action', {
          content: button.label,
          arguments: activation('action', index, key, button.key),
          activationType: 'foreground',
          ...(styles[button.key] ? { 'hint-buttonStyle': styles[button.key] ?? '' } : {}),
        }),
      ),
    ),
    // The phone rings by itself, on the device the user chose.
    element('audio', { silent: 'true' }),
  )
}
