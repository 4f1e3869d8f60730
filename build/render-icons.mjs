/*
 * Draws the icons: the app's from icon.svg, the tray's from the shapes below. Run by hand after a change of design
 * (`node build/render-icons.mjs`; needs rsvg-convert, icotool and png2icns); the pictures are committed.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname
const run = (program, args, input) =>
  execFileSync(program, args, { input, cwd: here, stdio: ['pipe', 'ignore', 'pipe'] })
const render = (svg, size, file) => run('rsvg-convert', ['-w', String(size), '-h', String(size), '-o', file], svg)

// ── the app's icon ──
mkdirSync(join(here, 'icons'), { recursive: true })
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024]
for (const size of sizes) {
  // Below 48 px the ground's lines are too fine: the small drawing has the cord alone.
  const source = size < 48 ? 'icon-small.svg' : 'icon.svg'
  run('rsvg-convert', ['-w', String(size), '-h', String(size), '-o', `icons/${size}x${size}.png`, source])
}
run('cp', ['icons/1024x1024.png', 'icon.png'])
const png = (size) => `icons/${size}x${size}.png`
run('icotool', ['-c', '-o', 'icon.ico', ...[16, 24, 32, 48, 64, 128].map(png), `--raw=${png(256)}`])
run('png2icns', ['icon.icns', ...[16, 32, 48, 128, 256, 512, 1024].map(png)])

// ── the tray's, on a grid of 22 ──
// A cord with a plug at either end, held like a handset; 4 px of air go to the states' signs.
const cord = (color, cut = '') => `
  <g ${cut} fill="none" stroke="${color}" stroke-linecap="butt">
    <path d="M4.6 13.2 C4.6 3.2 17.4 3.2 17.4 13.2" stroke-width="2.4"/>
    <path d="M4.6 11.8 V16.2 M17.4 11.8 V16.2" stroke-width="5.2"/>
    <path d="M4.6 16 V20.6 M17.4 16 V20.6" stroke-width="2.2"/>
  </g>`
const whole = (color) => `<g transform="translate(0 -1.2)">${cord(color)}</g>`
const mask = (id, holes) =>
  `<mask id="${id}" maskUnits="userSpaceOnUse" x="0" y="0" width="22" height="22"><rect width="22" height="22" fill="#fff"/>${holes}</mask>`

/** Each state has a shape of its own, so that it is told without colour. */
const shapes = {
  registered: whole,
  unregistered: (color) => `
    ${mask('m', '<path d="M2 20 L20 2" stroke="#000" stroke-width="5.2" stroke-linecap="round"/>')}
    <g mask="url(#m)">${whole(color)}</g>
    <path d="M2.4 19.6 L19.6 2.4" stroke="${color}" stroke-width="2.2" stroke-linecap="round"/>`,
  ringing: (color) => `
    <g transform="translate(3.3 5.2) scale(0.7)">${cord(color)}</g>
    <g fill="none" stroke="${color}" stroke-width="2" stroke-linecap="round">
      <path d="M6.6 4.4 Q11 1 15.4 4.4"/>
      <path d="M1.6 11.6 Q0.2 5.6 4 2.2" /><path d="M20.4 11.6 Q21.8 5.6 18 2.2"/>
    </g>`,
  'in-call': (color) => `
    ${mask('m', `<g transform="translate(3.6 2.9) scale(0.67)">${cord('#000')}</g>`)}
    <circle cx="11" cy="11" r="10.6" fill="${color}" mask="url(#m)"/>`,
  'do-not-disturb': (color) => `
    ${mask('m', '<circle cx="15.6" cy="15.6" r="7.4" fill="#000"/>')}
    <g mask="url(#m)">${whole(color)}</g>
    ${mask('n', '<rect x="12" y="14.4" width="7.2" height="2.4" rx="0.6" fill="#000"/>')}
    <circle cx="15.6" cy="15.6" r="6" fill="${color}" mask="url(#n)"/>`,
}

/** Middle tones that stand out on light and on dark panels alike. */
const tones = {
  registered: '#0f8f86',
  unregistered: '#858585',
  ringing: '#c27300',
  'in-call': '#1e9450',
  'do-not-disturb': '#d0473f',
}

/** any: Linux, where nobody tells the panel's colour; dark and light: panels on Windows; template: macOS tints it. */
const variants = {
  any: { sizes: [16, 22, 32, 44, 64], color: (state) => tones[state] },
  dark: { sizes: [16, 24, 32, 44, 64], color: () => '#ffffff' },
  light: { sizes: [16, 24, 32, 44, 64], color: () => '#1a1a1a' },
  template: { sizes: [16, 32], color: () => '#000000' },
}

rmSync(join(here, 'tray'), { recursive: true, force: true })
mkdirSync(join(here, 'tray'))
for (const [state, draw] of Object.entries(shapes)) {
  for (const [variant, { sizes, color }] of Object.entries(variants)) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22">${draw(color(state))}</svg>`
    for (const size of sizes) render(svg, size, `tray/${state}-${variant}-${size}.png`)
  }
}
