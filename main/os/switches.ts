/*
 * Switches of the browser engine that can only be set before it starts.
 */
import type { App } from 'electron'

export function setSwitches({ commandLine }: Pick<App, 'commandLine'>): void {
  // Servers cannot resolve the .local names that would stand for this computer's addresses.
  const disabled = commandLine.getSwitchValue('disable-features')
  const features = [...(disabled ? [disabled] : []), 'WebRtcHideLocalIpsWithMdns']
  commandLine.appendSwitch('disable-features', features.join(','))
  // The demo line, and a server on this very computer, are reached without any network.
  commandLine.appendSwitch('allow-loopback-in-peer-connection')
}
