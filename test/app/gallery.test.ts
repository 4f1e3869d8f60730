/*
 * Every view of the phone in a real Electron window, in both themes: drawn without a complaint (a breach of the page's
 * policy is one), usable with a screen reader and by weak eyes as far as axe can tell, and never wider than the window.
 * Two windows, each a browser of its own, share the views between them.
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
let windows: readonly GalleryWindow[] = []
let views: readonly string[]
beforeAll(async () => {
  windows = await Promise.all([openGallery(), openGallery()])
  gallery = windows[0] as GalleryWindow
  views = await gallery.views()
  for (const window of windows) await window.evaluate(`${axe.source};0`)
}, minutes)
afterAll(() => Promise.all(windows.map((window) => window.close())))

/** Views that differ in their words only: one of each is enough for most questions. */
const sameLooks = /^(ended|refused|add-account)-(?!busy|plain-text|certificate)/

/** Looks at each of these views in whichever window is free; what was found wrong, by view. */
async function inspect(
  names: readonly string[],
  look: (window: GalleryWindow, view: string) => Promise<Record<string, readonly unknown[]>>,
): Promise<Record<string, unknown>> {
  const findings: Record<string, unknown> = {}
  const next = names[Symbol.iterator]()
  await Promise.all(
    windows.map(async (window) => {
      for (const view of next) {
        const found = Object.entries(await look(window, view)).filter(([, problems]) => problems.length > 0)
        if (found.length > 0) findings[view] = Object.fromEntries(found)
      }
    }),
  )
  return findings
}

/** Serious and critical findings only; the rest is advice. `rules`: these alone. */
const audit = async (window: GalleryWindow, rules?: readonly string[]): Promise<readonly Finding[]> => {
  const only = rules ? `, runOnly: ${JSON.stringify(rules)}` : ''
  return (await window.evaluate(`axe.run(document, { resultTypes: ['violations']${only} }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => html.slice(0, 160) + ' — ' + failureSummary) })))`)) as Finding[]
}

/** Favourites are a row that scrolls by itself. */
const tooWide = `[...document.querySelectorAll('body *')]
  .filter((e) => e.getClientRects().length > 0 && !e.closest('.visually-hidden, .ellipsis *, .at-hand *') && getComputedStyle(e).position !== 'absolute')
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)
  .map((e) => e.outerHTML.slice(0, 120))`

const overflow = async (window: GalleryWindow): Promise<string[]> => (await window.evaluate(tooWide)) as string[]

it.each(['light', 'dark'] as const)(
  'every view in the %s theme is drawn without complaint, fits the window, and passes the accessibility audit',
  async (theme) => {
    const findings = await inspect(
      views.filter((name) => theme === 'light' || !sameLooks.test(name)),
      async (window, view) => {
        const complaints = await window.show(view, theme)
        const wide = await overflow(window)
        if (sameLooks.test(view)) return { complaints, wide }
        // A theme changes colours and nothing else.
        return { complaints, wide, violations: await audit(window, theme === 'dark' ? ['color-contrast'] : undefined) }
      },
    )
    expect(views.length).toBeGreaterThan(190)
    expect(findings).toEqual({})
  },
  4 * minutes,
)

it.each([
  ['when it is read from right to left', 380, 640, 'rtl'],
  ['in the smallest window', 320, 480, 'ltr'],
  ['at twice the size', 190, 320, 'ltr'],
] as const)(
  'every kind of view also fits %s',
  async (_how, width, height, direction) => {
    for (const window of windows) await window.resize(width, height)
    const findings = await inspect(
      views.filter((name) => !sameLooks.test(name)),
      async (window, view) => {
        const complaints = await window.show(view, 'light', direction)
        return { complaints, wide: await overflow(window) }
      },
    )
    for (const window of windows) await window.resize(380, 640)
    expect(findings).toEqual({})
  },
  2 * minutes,
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
