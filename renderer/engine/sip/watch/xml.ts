/*
 * XML of strangers as plain objects: small documents, no entities of their own, names without their prefixes. It knows no document type.
 */
import { XMLParser } from 'fast-xml-parser'

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
})
const maximum = 32_768

/** An element: its attributes as `@name`, its text as `#text`, its children by name, one or a list of them. */
export type Element = Readonly<Record<string, unknown>>

/** The document's root of this name; null: there is none, or it is no XML. */
export function rootOf(text: string, name: string): Element | null {
  if (text.length > maximum || /<!(?:DOCTYPE|ENTITY)/i.test(text)) return null
  try {
    return asElement((parser.parse(text) as Element)[name])
  } catch {
    return null
  }
}

/** Every child of this name, at most 64. */
export function children(element: Element | null, name: string): Element[] {
  const found = element?.[name]
  const list: unknown[] = Array.isArray(found) ? found : found === undefined ? [] : [found]
  return list
    .slice(0, 64)
    .map(asElement)
    .filter((child) => child !== null)
}

export const child = (element: Element | null, name: string): Element | null => children(element, name)[0] ?? null

/** '' when there is none. */
export const attribute = (element: Element | null, name: string): string => textOf(element?.[`@${name}`])

/** The element's own text; '' when there is none. */
export const content = (element: Element | null): string => textOf(element?.['#text'])

const asElement = (value: unknown): Element | null => {
  if (typeof value === 'string') return { '#text': value }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Element) : null
}

/** The five entities every XML has, and nothing else. */
const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&quot;/g, '"')
        .replace(/&apos;/g, "'")
        .replace(/&amp;/g, '&')
        .trim()
    : ''
