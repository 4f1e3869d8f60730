/*
 * Every view of the phone in a real Electron window, in both themes: drawn without a complaint (a breach of the page's
 * policy is one), usable with a screen reader and by weak eyes as far as axe can tell, and never wider than the window.
 */
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGallery, type GalleryWindow } from '../../scripts/gallery/gallery-window.mjs'

const minutes = 60_000

interface Finding {
  readonly id: string
  readonly nodes: readonly string[]
}

let gallery: GalleryWindow
let views: readonly string[]
beforeAll(async () => {
  gallery = await openGallery()
  views = await gallery.views()
}, minutes)
afterAll(() => gallery?.close())

/** Views that differ in their words only: one of each is enough for most questions. */
const sameLooks = /^(ended|refused|add-account)-(?!busy|plain-text|certificate)/

/** Serious and critical findings only; the rest is advice. */
const audit = async (theme: 'light' | 'dark'): Promise<readonly Finding[]> => {
  // A theme changes colours and nothing else.
  const rules = theme === 'dark' ? `, runOnly: ['color-contrast']` : ''
  await gallery.evaluate(`${axe.source};0`)
  return (await gallery.evaluate(`axe.run(document, { resultTypes: ['violations']${rules} }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => html.slice(0, 160) + ' — ' + failureSummary) })))`)) as Finding[]
}

/** Favourites are a row that scrolls by itself. */
const tooWide = `[...document.querySelectorAll('body *')]
  .filter((e) => e.getClientRects().length > 0 && !e.closest('.visually-hidden, .ellipsis *, .at-hand *') && getComputedStyle(e).position !== 'absolute')
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)
  .map((e) => e.outerHTML.slice(0, 120))`

describe.each(['light', 'dark'] as const)('every view in the %s theme', (theme) => {
  it(
    'is drawn without complaint, fits the window, and passes the accessibility audit',
    async () => {
      const findings: Record<string, unknown> = {}
      for (const view of views.filter((name) => theme === 'light' || !sameLooks.test(name))) {
        const complaints = await gallery.show(view, theme)
        const wide = (await gallery.evaluate(tooWide)) as string[]
        const violations = sameLooks.test(view) ? [] : await audit(theme)
        if (complaints.length + wide.length + violations.length > 0) findings[view] = { complaints, wide, violations }
      }
      expect(views.length).toBeGreaterThan(170)
      expect(findings).toEqual({})
    },
    8 * minutes,
  )
})

it.each([
  ['when it is read from right to left', 380, 640, 'rtl'],
  ['in the smallest window', 320, 480, 'ltr'],
  ['at twice the size', 190, 320, 'ltr'],
] as const)(
  'every kind of view also fits %s',
  async (_how, width, height, direction) => {
    const findings: Record<string, unknown> = {}
    await gallery.resize(width, height)
    for (const view of views.filter((name) => !sameLooks.test(name))) {
      const complaints = await gallery.show(view, 'light', direction)
      const wide = (await gallery.evaluate(tooWide)) as string[]
      if (complaints.length + wide.length > 0) findings[view] = { complaints, wide }
    }
    await gallery.resize(380, 640)
    expect(findings).toEqual({})
  },
  5 * minutes,
)

it('the verbs of a call stay where they are while it changes its state', async () => {
  const places: Record<string, unknown> = {}
  for (const view of [
    'dialing',
    'alerting',
    'connecting',
    'active',
    'active-muted',
    'held',
    'held-by-them',
    'ending',
    'swap',
    'waiting-voicemail',
    'transfer-asked',
    'transfer-ask-first',
    'referral',
    'digits-waiting',
  ]) {
    await gallery.show(view, 'light')
    places[view] = await gallery.evaluate(`[...document.querySelectorAll('.verb')].map((verb) => {
      const { x, y } = verb.getBoundingClientRect()
      // A held call is resumed with the same verb.
      return [verb.innerText.trim().replace('Resume', 'Hold'), x, y]
    })`)
  }
  const [first, ...others] = Object.values(places)
  expect(first).toHaveLength(7)
  for (const other of others) expect(other).toEqual(first)
})

describe('the keyboard', () => {
  const focused = `(() => {
    const at = document.activeElement
    return at === document.body ? 'nothing' : (at.ariaLabel ?? at.innerText.trim())
  })()`
  const press = (name: string): Promise<unknown> =>
    gallery.evaluate(`(async () => {
      const control = [...document.querySelectorAll('button')].find((one) => (one.ariaLabel ?? one.innerText).trim() === '${name}')
      control.focus()
      control.click()
      await new Promise((done) => setTimeout(done, 50))
    })()`)
  const type = (key: string): Promise<unknown> =>
    gallery.evaluate(`(async () => {
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: '${key}', bubbles: true, cancelable: true }))
      await new Promise((done) => setTimeout(done, 50))
    })()`)

  it('goes into the field when a call is to be transferred, and is not lost on the way back', async () => {
    await gallery.show('active', 'light')
    await press('Transfer')
    expect(await gallery.evaluate(focused)).toBe('Transfer Anna Lindqvist to')
    await press('Back to the call')
    expect(await gallery.evaluate(focused)).toBe('Call with Anna Lindqvist')
  })

  it('moves from the field to whom one could transfer to, and back', async () => {
    await gallery.show('transfer', 'light')
    await type('ArrowDown')
    expect(await gallery.evaluate(focused)).toContain('Park')
    await type('ArrowUp')
    expect(await gallery.evaluate(focused)).toBe('Transfer Anna Lindqvist to')
  })

  it('chooses among who was found without leaving the search box', async () => {
    await gallery.show('dialer-search', 'light')
    const chosen = `document.querySelector('#' + document.activeElement.getAttribute('aria-activedescendant'))?.innerText ?? ''`
    expect(await gallery.evaluate(chosen)).toContain('Ada Lovelace')
    await type('ArrowDown')
    expect(await gallery.evaluate(chosen)).toContain('Anna Lindqvist')
    await type('ArrowUp')
    expect(await gallery.evaluate(chosen)).toContain('Ada Lovelace')
    expect(await gallery.evaluate(focused)).toBe('Name or number to call')
  })

  it('goes from the search of contacts to the people and back', async () => {
    await gallery.show('contacts', 'light')
    await gallery.evaluate(`document.querySelector('input').focus()`)
    await type('ArrowDown')
    expect(await gallery.evaluate(focused)).toContain('Ada Lovelace')
    await type('ArrowDown')
    expect(await gallery.evaluate(focused)).toContain('Anna Lindqvist')
    await type('ArrowUp')
    await type('ArrowUp')
    expect(await gallery.evaluate(focused)).toBe('Search contacts')
  })

  it('shows all keys on a question mark, and puts them away again', async () => {
    await gallery.show('active', 'light')
    await type('?')
    const shown = `document.querySelector('[role="dialog"]')?.innerText ?? ''`
    expect(await gallery.evaluate(shown)).toContain('Ctrl+Shift+J')
    await press('Close')
    expect(await gallery.evaluate(shown)).toBe('')
  })
})
