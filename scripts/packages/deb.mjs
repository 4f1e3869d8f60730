/*
 * Makes a .deb of the unpacked Linux application with dpkg-deb alone, where electron-builder's own helper for it cannot be
 * downloaded. Same places and names as electron-builder's, so that one upgrades the other.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup/places.mjs'
import { run } from '../setup/run.mjs'
import { StepError } from '../setup/step.mjs'
import { packageMaintainer } from './maintainer.mjs'

const depends = [
  'libgtk-3-0t64 | libgtk-3-0',
  'libnss3',
  'libgbm1',
  'libasound2t64 | libasound2',
  'libcups2t64 | libcups2',
  'libatk-bridge2.0-0t64 | libatk-bridge2.0-0',
  'libxss1',
  'xdg-utils',
]
const recommends = ['libsecret-1-0', 'default-dbus-session-bus | dbus-session-bus']

/**
 * @param {string} unpacked electron-builder's unpacked folder
 * @param {{ note?: string, suffix?: string, quick?: boolean, out: string }} options `note` ends the description, `suffix`
 *   the version; `quick` saves two minutes of compression, for a package that is not sent anywhere
 * @returns {Promise<string>} path of the .deb
 */
export async function makeDeb(unpacked, { note = '', suffix = '', quick = false, out }) {
  const { version, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const tree = join(out, 'deb')
  rmSync(tree, { recursive: true, force: true })
  const place = (...path) => {
    mkdirSync(join(tree, ...path.slice(0, -1)), { recursive: true })
    return join(tree, ...path)
  }

  const application = place('opt', 'Patchcord')
  cpSync(unpacked, application, { recursive: true, verbatimSymlinks: true })
  allowOthersToRead(application)
  // Chromium's sandbox where unprivileged user namespaces are forbidden, as Ubuntu does by AppArmor since 23.10.
  chmodSync(join(application, 'chrome-sandbox'), 0o4755)
  symlinkSync('../../opt/Patchcord/patchcord', place('usr', 'bin', 'patchcord'))
  writeFileSync(place('usr', 'share', 'applications', 'patchcord.desktop'), desktopEntry(description))
  cpSync(join(root, 'LICENSE'), place('usr', 'share', 'doc', 'patchcord', 'copyright'))
  for (const picture of readdirSync(join(root, 'build/icons'))) {
    const size = /^(\d+x\d+)\.png$/.exec(picture)?.[1]
    if (!size) continue
    cpSync(join(root, 'build/icons', picture), place('usr', 'share', 'icons', 'hicolor', size, 'apps', 'patchcord.png'))
  }
  const control = [
    'Package: patchcord',
    `Version: ${version}${suffix}`,
    `Architecture: ${{ x64: 'amd64', arm64: 'arm64', arm: 'armhf' }[process.arch] ?? process.arch}`,
    `Maintainer: ${packageMaintainer(process.env)}`,
    `Installed-Size: ${Math.ceil(sizeOf(tree) / 1024)}`,
    `Depends: ${depends.join(', ')}`,
    `Recommends: ${recommends.join(', ')}`,
    'Section: comm',
    'Priority: optional',
    `Description: ${description}`,
    ` Calls over SIP and WebRTC, answered from the desktop's own notifications.`,
    ...(note ? [' .', ` ${note}`] : []),
    '',
  ]
  writeFileSync(place('DEBIAN', 'control'), control.join('\n'))

  // Caches of menus, icons and handlers are brought up to date by the triggers of the packages that own them.
  const compression = quick ? ['-Zgzip', '-z1'] : ['-Zxz', '-z6']
  const { code, output } = await run('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, out])
  rmSync(tree, { recursive: true, force: true })
  if (code !== 0) throw new StepError(`dpkg-deb failed:\n${output}`)
  const file = /in '(.+\.deb)'/.exec(output)?.[1]
  if (!file || !existsSync(file)) throw new StepError(`dpkg-deb did not say what it made:\n${output}`)
  return file
}

function desktopEntry(description) {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Patchcord',
    'GenericName=Phone',
    `Comment=${description}`,
    'Exec=/opt/Patchcord/patchcord %u',
    'Icon=patchcord',
    'Terminal=false',
    'StartupNotify=true',
    'StartupWMClass=patchcord',
    'Categories=Network;Telephony;',
    'Keywords=phone;call;SIP;VoIP;softphone;',
    'MimeType=x-scheme-handler/sip;x-scheme-handler/sips;x-scheme-handler/tel;x-scheme-handler/callto;',
    '',
  ].join('\n')
}

/** A builder's umask must not decide who can start the phone. */
function allowOthersToRead(path) {
  const { mode } = statSync(path)
  if (statSync(path).isDirectory()) {
    chmodSync(path, 0o755)
    for (const name of readdirSync(path)) allowOthersToRead(join(path, name))
  } else chmodSync(path, mode & 0o100 ? 0o755 : 0o644)
}

function sizeOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return stat?.size ?? 0
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}
