/*
 * The test lanes, in the order they run: what each needs of a machine, and why it cannot run on this one.
 */
import { noAsteriskBecause } from '../lab/asterisk-root.mjs'
import { isDebian } from '../setup/debian.mjs'
import { isRoot } from '../setup/places.mjs'
import { isOnPath } from '../setup/system-libraries.mjs'

/** Program that tests run → Debian's package of it. */
const programs = {
  Xvfb: 'xvfb', // the display
  'dbus-daemon': 'dbus', // the session bus
  ip: 'iproute2', // the network of their own
  nft: 'nftables', // outages and losses in it
  ps: 'procps', // which processes an application has
  dunst: 'dunst', // a notification server that draws
  openssl: 'openssl', // keys for WSS
}

/**
 * `desktop`: the lane drives the built application, and gets a display and a session bus of its own. `parts`: in how many it is run where parts have
 * networks of their own, so that what is long does not end alone.
 * @typedef {{ name: string, desktop: boolean, parts: number, programs: string[], asterisk: boolean }} Lane
 * @type {Lane[]}
 */
export const lanes = [
  { name: 'unit', desktop: false, parts: 1, programs: [], asterisk: false },
  { name: 'wire', desktop: false, parts: 1, programs: [], asterisk: false },
  { name: 'app', desktop: true, parts: 1, programs: ['Xvfb', 'dbus-daemon', 'ip', 'ps', 'dunst'], asterisk: false },
  {
    name: 'lab',
    desktop: true,
    parts: 7,
    programs: ['Xvfb', 'dbus-daemon', 'ip', 'nft', 'ps', 'openssl'],
    asterisk: true,
  },
]

/** Debian packages of the programs that these lanes run and that are not there. */
export function missingPackages(chosen) {
  const wanted = chosen.flatMap((lane) => lane.programs).filter((program) => !hasProgram(program))
  return [...new Set(wanted.map((program) => programs[program]))]
}

/**
 * @param {Lane} lane
 * @returns {string | undefined} a reason a person understands, or undefined when it can run
 */
export function cannotRunBecause(lane) {
  if (lane.desktop && process.platform !== 'linux') return 'it needs the virtual display and the session bus of Linux'
  const missing = lane.programs.filter((program) => !hasProgram(program))
  if (missing.length > 0 && !(isRoot && isDebian())) {
    const names = missing.map((program) => programs[program]).join(' ')
    return `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing (Debian: sudo apt-get install ${names})`
  }
  return lane.asterisk ? noAsteriskBecause() : undefined
}

/** Programs of the administrator are often not on a user's PATH. */
function hasProgram(program) {
  return isOnPath(program, `${process.env.PATH}:/usr/sbin:/sbin`)
}
