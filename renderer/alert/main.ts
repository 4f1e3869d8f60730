/*
 * The alert page: draws the cards it is sent and says what was pressed. It holds no state and knows nothing of calls;
 * strangers' text goes into text nodes only.
 */
import type { AlertCard, AlertDown, AlertUp } from '../../common/contract/alert'
import { portMessage } from '../../common/contract/port'

const list = document.getElementById('cards')

function cardElement(card: AlertCard, press: (message: AlertUp) => void): HTMLElement {
  const article = document.createElement('article')
  article.setAttribute('role', 'alert')
  const words = document.createElement(card.open === null ? 'div' : 'button')
  words.className = 'words'
  const title = document.createElement('strong')
  title.textContent = card.title
  const body = document.createElement('span')
  body.textContent = card.body
  words.append(title, body)
  if (card.open !== null) {
    words.title = card.open
    words.addEventListener('click', () => press({ key: card.key, action: 'default' }))
  }
  const buttons = document.createElement('div')
  buttons.className = 'buttons'
  for (const { key, label } of card.buttons) {
    const button = document.createElement('button')
    button.dataset.action = key
    button.textContent = label
    button.addEventListener('click', () => press({ key: card.key, action: key }))
    buttons.append(button)
  }
  const hide = document.createElement('button')
  hide.className = 'hide'
  hide.ariaLabel = card.dismiss
  hide.title = card.dismiss
  hide.textContent = '×'
  hide.addEventListener('click', () => press({ key: card.key, action: 'dismiss' }))
  article.append(words, buttons, hide)
  return article
}

function serve(port: MessagePort): void {
  port.onmessage = ({ data }: MessageEvent<AlertDown>) => {
    list?.replaceChildren(...data.cards.map((card) => cardElement(card, (message) => port.postMessage(message))))
  }
}

const take = (event: MessageEvent): void => {
  const [port] = event.ports
  if (event.source !== window || event.data !== portMessage || port === undefined) return
  removeEventListener('message', take)
  serve(port)
}
addEventListener('message', take)
