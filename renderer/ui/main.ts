/*
 * Composition root of the window: takes the port, makes the phone and the desk, shows the App. Everything else is told
 * what it needs.
 */
import { mount } from 'svelte'
import { systemClock } from '../../common/clock'
import App from './App.svelte'
import { Desk } from './desk.svelte'
import { takePort } from './page-port'
import { Phone } from './phone.svelte'
import './shapes.css'
import './theme.css'
import { Ticker } from './ticker.svelte'

const target = document.getElementById('app')
if (target) {
  void takePort(window).then((port) => {
    mount(App, {
      target,
      props: {
        surroundings: {
          phone: new Phone(port),
          desk: new Desk(),
          ticker: new Ticker(systemClock),
          clock: systemClock,
          mac: navigator.platform.startsWith('Mac'),
          place: { languages: navigator.languages, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone },
        },
      },
    })
  })
}
