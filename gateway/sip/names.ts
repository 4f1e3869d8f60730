/*
 * What names lead to: the questions that finding a SIP server asks of DNS. Types only.
 */

export interface NaptrRecord {
  readonly order: number
  readonly preference: number
  /** E.g. `SIPS+D2T`. */
  readonly service: string
  readonly flags: string
  /** A name with SRV records. */
  readonly replacement: string
}

export interface SrvRecord {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

/** No answer is an empty one: what cannot be looked up is not there. */
export interface Names {
  naptr(domain: string): Promise<readonly NaptrRecord[]>
  srv(name: string): Promise<readonly SrvRecord[]>
  /** Numeric, in the order in which this computer would try them. */
  addresses(host: string): Promise<readonly string[]>
}

/** The same questions where it matters why there is no answer. null: no name server gave one, and nothing is known. */
export interface AskedNames {
  naptr(domain: string): Promise<readonly NaptrRecord[] | null>
  srv(name: string): Promise<readonly SrvRecord[] | null>
  addresses(host: string): Promise<readonly string[] | null>
}
