/* What servers pass on of how a caller's number was vouched for. */
import { expect, it } from 'vitest'
import { attestationOf } from '../../../renderer/engine/sip/attestation'

const request = (headers: Record<string, string>) => ({
  getHeaders: (name: string) => Object.entries(headers).flatMap(([key, value]) => (key === name ? [value] : [])),
})

it.each([
  [{}, null],
  [{ 'p-asserted-identity': '<sip:+1555;verstat=TN-Validation-Passed@carrier.example;user=phone>' }, 'A'],
  [{ 'p-asserted-identity': '<tel:+1555;verstat=TN-Validation-Passed-A>' }, 'A'],
  [{ 'p-asserted-identity': '<sip:+1555@carrier.example>;verstat=TN-Validation-Passed-B' }, 'B'],
  [{ 'p-asserted-identity': '<sip:+1555@carrier.example;verstat=tn-validation-passed-c>' }, 'C'],
  [{ 'p-asserted-identity': '<sip:+1555@carrier.example>;verstat=TN-Validation-Failed' }, 'failed'],
  [{ 'p-asserted-identity': '<sip:+1555@carrier.example>;verstat=TN-Validation-Failed-B' }, 'failed'],
  [{ 'p-asserted-identity': '<sip:+1555@carrier.example>;verstat=No-TN-Validation' }, null],
  [{ from: '"x" <sip:+1555;verstat=TN-Validation-Passed@carrier.example>;tag=1' }, 'A'],
  [
    {
      'p-asserted-identity': '<sip:+1555@carrier.example>;verstat=TN-Validation-Failed',
      from: '<sip:+1555;verstat=TN-Validation-Passed@x>;tag=1',
    },
    'failed',
  ],
  [{ 'p-asserted-identity': '<sip:+1;verstat=TN-Validation-Passed@c>', 'p-attestation-indicator': 'C' }, 'C'],
  [{ 'attestation-info': 'B' }, 'B'],
  [{ 'x-attestation': ' "a" ' }, 'A'],
  [{ 'x-attestation': 'Able' }, null],
  [{ 'p-attestation-indicator': 'D' }, null],
  [{ 'p-attestation-indicator': 'A', from: '<sip:1;verstat=TN-Validation-Failed@c>' }, 'failed'],
] as const)('%j: %s', (headers, expected) => expect(attestationOf(request(headers))).toBe(expected))
