/*
 * The gallery page: one view of the real App from a fixture, chosen by the address (`#view=NAME&theme=dark&dir=rtl`); without a
 * view, the list of all. Another address shows another view without loading the page again. It plays main: answers questions and
 * changes nothing.
 */
import { flushSync, mount, unmount } from 'svelte'
import type { UiPagePort } from '../../../common/contract/port'
import type { UiDown } from '../../../common/contract/ui'
import type { PhoneState } from '../../../common/phone-state'
import App from '../App.svelte'
import { Desk } from '../desk.svelte'
import { Phone } from '../phone.svelte'
import '../shapes.css'
import '../theme.css'
import { Ticker } from '../ticker.svelte'
import { fixtures, type Fixture } from './fixtures'
import { answerTo } from './known'
import { frozenClock, place } from './people'
import { answerAboutMessages } from './server-features'

const root = document.documentElement
const target = document.getElementById('app')
let shown: Record<string, unknown> | null = null

if (target) {
  // Whoever takes the pictures reads the names from here.
  root.dataset['views'] = Object.keys(fixtures).join(' ')
  addEventListener('hashchange', () => void open(target))
  void open(target)
}

/** Puts away what was shown and shows what the address says; `data-drawn` is the address when it is there to be seen. */
async function open(target: HTMLElement): Promise<void> {
  const address = location.hash
  const query = new URLSearchParams(address.slice(1))
  const name = query.get('view')
  const fixture = fixtures[name ?? '']
  // A view that is not there is never drawn, so that whoever asks for it hears of it.
  if (name !== null && !fixture) return
  if (shown) await unmount(shown)
  shown = null
  target.replaceChildren()
  // Menus and dialogs live beside the app, and an open one keeps the page from scrolling.
  document.body.removeAttribute('style')
  root.dir = query.get('dir') === 'rtl' ? 'rtl' : 'ltr'
  if (fixture) await show(fixture, query.get('theme') === 'dark' ? 'dark' : 'light', target)
  else list(target)
  await document.fonts.ready
  requestAnimationFrame(() => requestAnimationFrame(() => (root.dataset['drawn'] = address)))
}

async function show(fixture: Fixture, theme: 'light' | 'dark', target: HTMLElement): Promise<void> {
  let receive: (message: UiDown) => void = () => undefined
  const port: UiPagePort = {
    send: ({ id, command }) => {
      const answer = answerAboutMessages(command, fixture.state) ?? answerTo(command, fixture.state)
      if (answer) receive({ kind: 'reply', id, callId: null, error: null, answer })
    },
    onMessage: (listener) => (receive = listener),
    onClose: () => undefined,
  }
  const themed = (state: PhoneState): PhoneState => ({ ...state, settings: { ...state.settings, theme } })
  const phone = new Phone(port)
  const desk = new Desk()
  if (fixture.state) receive({ kind: 'state', state: themed(fixture.state) })
  receive({ kind: 'level', microphone: -22, speaker: -100 })
  root.dataset['theme'] = theme
  // Prepared both before and after the first look: a call just seen takes the screen, the fixture may want it elsewhere.
  fixture.desk?.(desk)
  shown = mount(App, {
    target,
    props: { surroundings: { phone, desk, ticker: new Ticker(frozenClock), clock: frozenClock, mac: false, place } },
  })
  flushSync()
  fixture.desk?.(desk)
  flushSync()
  if (fixture.then) receive({ kind: 'state', state: themed(fixture.then) })
  flushSync()
  // Some controls are there when main has answered.
  if (fixture.click || fixture.scroll) await new Promise(requestAnimationFrame)
  if (fixture.click) {
    const control = target.querySelector<HTMLElement>(fixture.click)
    // A menu button opens by key; everything else by a click.
    if (control?.ariaHasPopup === 'listbox' || control?.ariaHasPopup === 'menu') {
      control.focus()
      control.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    } else control?.click()
  }
  if (fixture.scroll) target.querySelector(fixture.scroll)?.scrollIntoView({ block: 'start' })
}

function list(target: HTMLElement): void {
  const items = Object.keys(fixtures).flatMap((view) =>
    ['light', 'dark'].map((theme) => {
      const link = document.createElement('a')
      link.href = `#${new URLSearchParams({ view, theme })}`
      link.textContent = `${view} (${theme})`
      return link
    }),
  )
  const list = document.createElement('nav')
  list.className = 'page gallery-list'
  list.append(...items)
  target.append(list)
}
