/*
 * Numbers and names out of vCards (RFC 6350 and its elders), one card at a time. It must not know where the cards come from;
 * what else is in them is nobody's business here.
 */
import ICAL from 'ical.js'
import type { Row } from './source'

/** One row for each number of the card. What is no card gives none. */
export function rowsOfCard(card: string): readonly Row[] {
  let component: ICAL.Component
  try {
    component = new ICAL.Component(ICAL.parse(card) as unknown[] as never)
  } catch {
    return []
  }
  const label = textOf(component, 'fn') ?? textOf(component, 'n') ?? textOf(component, 'org')
  if (label === null) return []
  return component.getAllProperties('tel').flatMap((property) => {
    const value: unknown = property.getFirstValue()
    const number = typeof value === 'string' ? value.replace(/^tel:/i, '').split(';')[0] : undefined
    return number ? [{ number, label, block: false }] : []
  })
}

/** The cards of a file, each from BEGIN to END. */
export function* cardsOf(text: string): Generator<string> {
  for (const [card] of text.matchAll(/^BEGIN:VCARD\r?$[^]*?^END:VCARD\r?$/gim)) yield card
}

function textOf(component: ICAL.Component, name: string): string | null {
  const value: unknown = component.getFirstPropertyValue(name)
  const parts = (Array.isArray(value) ? (value as unknown[]).flat() : [value]).filter(
    (part): part is string => typeof part === 'string' && part.trim() !== '',
  )
  if (parts.length === 0) return null
  // A structured name begins with the family's.
  return (name === 'n' ? parts.slice(0, 2).reverse().join(' ') : parts.join(', ')).trim()
}
