/*
 * Numbers of emergency services: they are dialled as they are, and whoever called one can be called back by anybody for a
 * while. A wide net does no harm: no subscriber has these numbers.
 */

/** 112 is everywhere a mobile can call; 911 is what a person in fear may know. */
const everywhere = ['112', '911']

/** National ones, beside those; of countries without a line here the usual ones of the world are taken. */
const national: Readonly<Record<string, string>> = {
  AR: '100 101 107',
  AT: '122 133 140 144',
  AU: '000 106',
  BE: '100 101',
  BR: '190 192 193',
  CH: '117 118 144 1414',
  CL: '131 132 133',
  CN: '110 119 120 122',
  CO: '123',
  CZ: '150 155 156 158',
  DE: '110',
  EG: '122 123 180',
  ES: '061 062 080 085 091 092',
  FR: '15 17 18 114 115 119 191 196',
  GB: '999',
  GR: '100 166 199',
  HK: '992 999',
  HU: '104 105 107',
  ID: '110 113 118 119',
  IE: '999',
  IL: '100 101 102',
  IN: '100 101 102 108',
  IT: '113 115 118 1530',
  JP: '110 118 119',
  KR: '113 119',
  LU: '113',
  MX: '060 065 066',
  MY: '999',
  NO: '110 113',
  NZ: '111',
  PL: '986 997 998 999',
  PT: '115',
  RU: '101 102 103 104',
  SA: '997 998 999',
  SG: '995 999',
  TH: '191 199 1669',
  TR: '110 155 156',
  TW: '110 119',
  UA: '101 102 103',
  VN: '113 114 115',
  ZA: '10111 10177',
}
/**
 * Whether a rule of the user's may be applied to these digits: to an emergency number only one that names it, never one that happens to
 * match everything.
 */
export const mayRewrite = (pattern: string, digits: string, country: string | null): boolean =>
  pattern.includes(digits) || !(everywhere.includes(digits) || of(country)?.includes(digits))

const usual = '000 110 119 999'

/** `country`: where the line is; null: not known. `digits` without separators, and without what gets an outside line. */
export const isEmergency = (digits: string, country: string | null): boolean =>
  everywhere.includes(digits) || (of(country) ?? usual.split(' ')).includes(digits)

const of = (country: string | null): readonly string[] | undefined =>
  country === null ? undefined : national[country]?.split(' ')
