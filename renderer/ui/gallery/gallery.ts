/*
 * The gallery page: one view of the real App from a fixture, chosen by the address (`?view=NAME&theme=dark&dir=rtl`); without a
 * view, the list of all. It plays main: answers questions and changes nothing.
 */
import { flushSync, mount } from 'svelte'
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

const query = new URLSearchParams(location.search)
const theme = query.get('theme') === 'dark' ? 'dark' : 'light'
const name = query.get('view')
const target = document.getElementById('app')
document.documentElement.dir = query.get('dir') === 'rtl' ? 'rtl' : 'ltr'

if (target) {
  const fixture = name === null ? undefined : fixtures[name]
  if (fixture) void show(fixture, target)
  else list(target)
}

async function show(fixture: Fixture, target: HTMLElement): Promise<void> {
  let receive: (message: UiDown) => void = () => undefined
  const port: UiPagePort = {
    send: ({ id, command }) => {
      const answer = answerTo(command, fixture.state)
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
  document.documentElement.dataset['theme'] = theme
  // Prepared both before and after the first look: a call just seen takes the screen, the fixture may want it elsewhere.
  fixture.desk?.(desk)
  mount(App, {
    target,
    props: { surroundings: { phone, desk, ticker: new Ticker(frozenClock), clock: frozenClock, mac: false, place } },
  })
  flushSync()
  fixture.desk?.(desk)
  flushSync()
  if (fixture.then) receive({ kind: 'state', state: themed(fixture.then) })
  flushSync()
  if (fixture.click) {
    const control = target.querySelector<HTMLElement>(fixture.click)
    // A menu button opens by key; everything else by a click.
    if (control?.ariaHasPopup === 'listbox' || control?.ariaHasPopup === 'menu') {
      control.focus()
      control.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    } else control?.click()
  }
  if (fixture.scroll) target.querySelector(fixture.scroll)?.scrollIntoView({ block: 'start' })
  await document.fonts.ready
  requestAnimationFrame(() => requestAnimationFrame(() => (document.documentElement.dataset['drawn'] = 'true')))
}

function list(target: HTMLElement): void {
  const items = Object.keys(fixtures).flatMap((view) =>
    ['light', 'dark'].map((theme) => {
      const link = document.createElement('a')
      link.href = `?${new URLSearchParams({ view, theme })}`
      link.textContent = `${view} (${theme})`
      return link
    }),
  )
  const list = document.createElement('nav')
  list.className = 'page gallery-list'
  list.append(...items)
  target.append(list)
  // Whoever takes the pictures reads the names from here.
  document.documentElement.dataset['views'] = Object.keys(fixtures).join(' ')
}
