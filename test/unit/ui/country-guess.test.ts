/* Where a line probably is: what its server's name, the clock and the language say, and what they do not. */
import { describe, expect, it } from 'vitest'
import { hostOf } from '../../../renderer/ui/account-guess'
import { guessCountry, nowhere, type Place } from '../../../renderer/ui/country-guess'

describe('the country of a line', () => {
  type Case = [host: string | null, timeZone: string, languages: Place['languages'], country: string | null, by: string]
  it.each<Case>([
    ['sip.provider.de', 'America/New_York', ['en-US'], 'DE', 'the server’s domain, wherever the computer is'],
    ['voip.co.uk', 'Europe/Berlin', [], 'GB', 'a domain that is spelt otherwise than its country'],
    ['sip.example.io', 'Europe/Vienna', ['en-GB'], 'AT', 'not a domain that everybody buys'],
    ['sip.example.com', 'Asia/Tokyo', ['en-US'], 'JP', 'the clock'],
    ['192.0.2.7', 'Australia/Perth', [], 'AU', 'the clock, where the server has no name'],
    ['pbx.local', 'UTC', ['fr-CA', 'en-US'], 'CA', 'the language, where the clock says nothing'],
    ['pbx.local', 'Etc/GMT+3', ['fr', 'pt-BR'], 'BR', 'the first language that names a country'],
    ['pbx.local', 'UTC', ['en-US'], null, 'not the language of systems that were never told'],
    ['pbx.local', 'Nowhere/Nowhere', ['not a language', 'de-XX'], null, 'nothing that does not exist'],
    [null, '', [], null, 'nothing'],
  ])('of %s in %s reading %j is %s: by %s', (host, timeZone, languages, country) => {
    expect(guessCountry(host, { timeZone, languages })).toBe(country)
  })

  it('is unknown to a computer that says nothing', () => {
    expect(guessCountry('pbx.example', nowhere)).toBeNull()
  })
})

it.each([
  ['wss://pbx.example.de:8089/ws', 'pbx.example.de'],
  ['sip:example.ch', 'example.ch'],
  ['udp:[2001:db8::1]:5060', '[2001:db8::1]'],
  ['demo:', null],
  [null, null],
])('the host of %s is %s', (server, host) => {
  expect(hostOf(server)).toBe(host)
})
