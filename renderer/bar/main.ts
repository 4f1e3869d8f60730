/*
 * Composition root of the bar: takes the port, makes the phone, shows the bar.
 */
import { mount } from 'svelte'
import { systemClock } from '../../common/clock'
import { openPhone } from '../../common/contract/bar'
import { takeRawPort, typedPort } from '../ui/page-port'
import { Phone } from '../ui/phone.svelte'
import '../ui/theme.css'
import { Ticker } from '../ui/ticker.svelte'
import Bar from './Bar.svelte'

const target = document.getElementById('app')
if (target) {
  void takeRawPort(window).then((port) => {
    mount(Bar, {
      target,
      props: {
        phone: new Phone(typedPort(port)),
        ticker: new Ticker(systemClock),
        mac: navigator.platform.startsWith('Mac'),
        openPhone: () => port.postMessage(openPhone),
      },
    })
  })
}
