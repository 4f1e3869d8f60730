/*
 * The servers the lab talks to, Asterisk first of all: this system's own if they are all there and new enough, else Debian's, in a
 * folder of their own under `.cache` that is made once with debootstrap (one to two minutes). It must not
 * know how the lab configures or starts them.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installDebianPackages, isDebian } from '../setup/debian.mjs'
import { cache, isRoot } from '../setup/places.mjs'
import { run } from '../setup/run.mjs'
import { step, StepError } from '../setup/step.mjs'
import { isOnPath } from '../setup/system-libraries.mjs'

const folder = join(cache, 'lab/root')
const packages = [
  ...['asterisk', 'asterisk-modules', 'asterisk-core-sounds-en-gsm'],
  // Another registrar and proxy, calls written down message by message, and a phone without any server.
  ...['kamailio', 'kamailio-tls-modules', 'kamailio-websocket-modules', 'sip-tester', 'baresip-core'],
  // What brings WebRTC's sound and plain sound together.
  'rtpengine-daemon',
  // Address books on a server, and directories.
  ...['radicale', 'slapd', 'ldap-utils'],
  // A name server.
  'dnsmasq-base',
]
/** What tests run of them besides Asterisk. */
const programs = ['kamailio', 'sipp', 'baresip', 'rtpengine', 'radicale', 'slapd', 'ldapadd', 'dnsmasq']
/** Debian's stable releases have no Asterisk; its development release has the current one with long support. */
const suite = 'sid'
/** Inside the tree, so that it cannot outlive it, and written last, so that it means "finished". */
const stampFile = join(folder, 'finished')
const stamp = `${suite} ${packages.join(' ')}\n`

/**
 * Why the lab cannot have an Asterisk here, or undefined when it has one or can make one.
 * @returns {string | undefined}
 */
export function noAsteriskBecause() {
  if (process.platform !== 'linux') return 'the lab needs Linux'
  if (!isRoot) return 'the lab makes a network of its own, which only root can'
  if (isFinished() || systemHasAsterisk() || isDebian()) return undefined
  return 'there is no Asterisk 20 or newer with chan_pjsip, and only on Debian one can be installed aside'
}

/**
 * @returns {Promise<string>} the folder to chroot into, or '' for this system's own Asterisk
 * @throws {StepError} when neither can be had
 */
export async function ensureAsteriskRoot() {
  if (isFinished()) return folder
  const own = systemHasAsterisk() && (await systemVersion()) >= 20
  // Without the others a part of the lab cannot run; where they cannot be had aside, that part says so.
  if (own && (hasAllPrograms() || !isDebian())) return ''
  const reason = noAsteriskBecause()
  if (reason) throw new StepError(`No Asterisk: ${reason}.`)
  await installDebianPackages(
    'to install the servers of the lab aside',
    [isOnPath('debootstrap') ? '' : 'debootstrap', debianKeys()].filter(Boolean),
  )
  await step('Installing Asterisk, Kamailio and others into .cache (710 MB)', async () => {
    // A mirror may stumble once.
    for (const last of [false, true]) {
      const { code, output } = await bootstrap()
      if (code === 0) return
      if (last) throw new StepError(`debootstrap could not install them:\n${output.slice(-2000)}`)
    }
  })
  return folder
}

export function labIsComplete() {
  return isFinished() || hasAllPrograms() || isDebian()
}

function hasAllPrograms() {
  return programs.every((program) => isOnPath(program, `${process.env.PATH}:/usr/sbin:/sbin`))
}

function isFinished() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp
}

async function bootstrap() {
  // Made under another name and moved when finished: an interrupted run leaves nothing that could be taken for a tree.
  const work = `${folder}.${process.pid}`
  mkdirSync(join(cache, 'lab'), { recursive: true })
  for (const name of readdirSync(join(cache, 'lab'))) {
    if (/^(asterisk-)?root/.test(name)) await removeTree(join(cache, 'lab', name))
  }
  const result = await run('debootstrap', ['--variant=minbase', `--include=${packages.join(',')}`, suite, work])
  if (result.code === 0) {
    rmSync(join(work, 'var/cache/apt'), { recursive: true, force: true })
    await unmountBelow(work)
    writeFileSync(join(work, 'finished'), stamp)
    renameSync(work, folder)
  }
  return result
}

/** debootstrap mounts /proc in its tree, and leaves it there when it is killed. Never remove through a mount. */
async function removeTree(tree) {
  await unmountBelow(tree)
  rmSync(tree, { recursive: true, force: true })
}

async function unmountBelow(tree) {
  const mounted = () =>
    readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
      .filter((path) => path.startsWith(`${tree}/`))
  for (const path of mounted().reverse()) await run('umount', ['-l', path])
  const left = mounted()
  if (left.length > 0) throw new StepError(`${left.join(', ')} could not be unmounted.`)
}

function systemHasAsterisk() {
  if (!isOnPath('asterisk')) return false
  const needed = ['chan_pjsip.so', 'res_pjsip_transport_websocket.so', 'res_srtp.so']
  const places = ['/usr/lib', '/usr/lib64', ...readdirSync('/usr/lib').map((name) => join('/usr/lib', name))]
  return places.some((place) => needed.every((name) => existsSync(join(place, 'asterisk/modules', name))))
}

async function systemVersion() {
  const { output } = await run('asterisk', ['-V'])
  return Number(/Asterisk (\d+)/.exec(output)?.[1] ?? 0)
}

/** Ubuntu does not carry the keys of Debian's archive. */
function debianKeys() {
  return existsSync('/usr/share/keyrings/debian-archive-keyring.gpg') ? '' : 'debian-archive-keyring'
}
