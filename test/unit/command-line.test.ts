import { describe, expect, test } from 'vitest'
import { parseCommandLine } from '../../main/command-line'

describe('the command line', () => {
  test('imports nothing that comes with a link', () => {
    for (const links of [['tel:1'], ['SIP:1@x', 'tel:2'], [`sip:${'9'.repeat(600)}`]]) {
      expect(parseCommandLine([...links, '--provision=/tmp/a.json']).provision).toBeNull()
    }
  })

  test('without arguments asks for nothing', () => {
    expect(parseCommandLine([])).toEqual({
      hidden: false,
      selfTest: false,
      provision: null,
      userData: null,
      link: null,
    })
  })

  test('reads its own switches and passes over those of the browser engine', () => {
    const argv = [
      '--hidden',
      '--provision=/tmp/a b.json',
      '--user-data-dir=/tmp/p',
      '--use-fake-device-for-media-stream',
    ]
    expect(parseCommandLine(argv)).toEqual({
      hidden: true,
      selfTest: false,
      provision: '/tmp/a b.json',
      userData: '/tmp/p',
      link: null,
    })
  })

  test('takes the last of a switch that is given twice', () => {
    expect(parseCommandLine(['--user-data-dir=/a', '--user-data-dir=/b']).userData).toBe('/b')
  })

  test.each([
    ['tel:+49301234', '+49301234'],
    ['TEL:030%201234', '030 1234'],
    ['sip:anna@pbx.example;transport=tcp?Route=%3Csip:evil%3E', 'anna@pbx.example'],
    ['callto://100', '100'],
    ['sips:anna@pbx.example', 'anna@pbx.example'],
    ['tel:+49301234;phone-context=example.com', '+49301234'],
    ['tel:030,,1234%23', '030,,1234#'],
    ['tel:030,,12;34#', '030,,12;34#'],
    ['sip:030@pbx.example;12?Subject=x', '030@pbx.example;12'],
  ])('takes the target of %s and drops what else it carries', (link, target) => {
    expect(parseCommandLine(['--allow-file-access-from-files', link]).link).toBe(target)
  })

  test.each([
    ['two links', ['tel:1', 'tel:2']],
    ['a link with a line break in it', ['tel:1%0d%0aINVITE']],
    ['a link that is too long', [`tel:${'1'.repeat(600)}`]],
    ['a broken escape', ['tel:%zz']],
    ['an empty one', ['tel:']],
    ['another scheme', ['https://pbx.example']],
  ])('ignores %s', (_name, argv) => {
    expect(parseCommandLine(argv).link).toBeNull()
  })
})
