/*
 * What a far end says and expects, step by step, and the XML that sipp reads of it. Pure. Words in brackets are filled in by sipp: `[way]` and
 * `[port]` of the go-between, `[contact]` of the phone, and ports of talkers, by the names they were given.
 */

export interface Details {
  /** Word of the talker's port that is to be written into a description; absent: no body. */
  readonly sdp?: string
  /** Of the description. */
  readonly direction?: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  readonly headers?: readonly string[]
  /** Said again every 500 ms, until it is answered. */
  readonly repeat?: boolean
}

export type Step =
  | {
      readonly kind: 'expect'
      readonly what: string | number
      readonly as: string | null
      readonly optional: boolean
      readonly holds: RegExp | null
    }
  | {
      readonly kind: 'answer'
      readonly status: string
      readonly to: string
      readonly tag: string
      readonly details: Details
    }
  | { readonly kind: 'ask'; readonly method: string; readonly dialog: Dialog; readonly details: Details }
  | { readonly kind: 'pause'; readonly ms: number }

/** Who we are in a dialog: the one who called, or the one who was called by the request remembered under this name, with this tag. */
export type Dialog = { readonly calledBy: string; readonly tag: string } | { readonly calling: string }

/** A request or a final or provisional answer; a request is remembered under a name, which is its method unless given. */
export const expects = (what: string | number, as = String(what).toLowerCase()): Step => ({
  ...{ kind: 'expect', what, as: typeof what === 'string' || as !== String(what) ? as : null },
  ...{ optional: false, holds: null },
})

/** As `expects`, and the message is to match. */
export const expectsSaying = (what: string | number, holds: RegExp): Step => ({
  ...(expects(what) as Step & { kind: 'expect' }),
  holds,
})

export const mayHear = (what: string | number): Step => ({
  ...{ kind: 'expect', what, as: null, optional: true, holds: null },
})

/** `to`: the name of a request that was expected. `tag`: of the dialog. */
export const answers = (
  status: string,
  to = 'invite',
  details: Details = {},
  tag = to === 'invite' ? 'far' : '',
): Step => ({
  ...{ kind: 'answer', status, to, tag, details },
})

export const asks = (method: string, dialog: Dialog, details: Details = {}): Step => ({
  ...{ kind: 'ask', method, dialog, details },
})

export const waits = (ms: number): Step => ({ kind: 'pause', ms })

const sdpLines = (port: string, version: number, direction: string): string[] => [
  'v=0',
  `o=far 1 ${version} IN IP4 127.0.0.1`,
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  `m=audio [${port}] RTP/AVP 0 101`,
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  `a=${direction}`,
]

const contact = 'Contact: <sip:far@127.0.0.1:[port];transport=[way]>'

export function scenarioXml(steps: readonly Step[]): string {
  const variables = new Set<string>()
  let version = 0
  let sequence = 0
  /** Number and branch of the last INVITE we said, for its ACK. */
  let invited = { sequence: 0, branch: '' }

  const saved = (name: string, header: string): string => {
    variables.add(`${name}_${header}`)
    return `<ereg regexp=".*" search_in="hdr" header="${header[0]?.toUpperCase()}${header.slice(1)}:" assign_to="${name}_${header}"/>`
  }
  const message = (
    lines: readonly string[],
    { sdp, direction = 'sendrecv', headers = [], repeat }: Details,
  ): string => {
    const body = sdp === undefined ? [] : sdpLines(sdp, ++version, direction)
    const ends = [
      ...headers,
      ...(body.length > 0 ? ['Content-Type: application/sdp'] : []),
      'Content-Length: [len]',
      '',
    ]
    return `<send${repeat ? ' retrans="500"' : ''}><![CDATA[\n${[...lines, ...ends, ...body].join('\n')}\n]]></send>`
  }

  const xml = steps.map((step): string => {
    switch (step.kind) {
      case 'pause':
        return `<pause milliseconds="${step.ms}"/>`
      case 'expect': {
        const { what, as, optional, holds } = step
        const attributes = `${typeof what === 'number' ? 'response' : 'request'}="${what}"${optional ? ' optional="true"' : ''}`
        const parts = what === 'ACK' || as === null ? [] : ['via', 'from', 'to', 'cSeq'].map((name) => saved(as, name))
        if (holds !== null) {
          variables.add('held')
          parts.push(`<ereg regexp="${escape(holds.source)}" search_in="msg" check_it="true" assign_to="held"/>`)
        }
        return parts.length > 0
          ? `<recv ${attributes}><action>${parts.join('')}</action></recv>`
          : `<recv ${attributes}/>`
      }
      case 'answer': {
        const { status, to, tag, details } = step
        // In a dialog there is a tag already, and it is ours.
        const ends = tag === '' ? '' : `;tag=${tag}`
        return message(
          [
            `SIP/2.0 ${status}`,
            `Via:[$${to}_via]`,
            `From:[$${to}_from]`,
            `To:[$${to}_to]${ends}`,
            'Call-ID: [call_id]',
            `CSeq:[$${to}_cSeq]`,
            contact,
          ],
          details,
        )
      }
      case 'ask': {
        const { method, dialog, details } = step
        const isAck = method === 'ACK' || method === 'ACK of a refusal'
        if (!isAck && method !== 'CANCEL') sequence++
        const asIts = method === 'ACK of a refusal' || method === 'CANCEL'
        const branch = asIts ? invited.branch : `z9hG4bK[pid]c[call_number]n${sequence}${isAck ? 'a' : ''}`
        const number = isAck || method === 'CANCEL' ? invited.sequence : sequence
        if (method === 'INVITE') invited = { sequence, branch }
        const word = method.split(' ')[0] ?? ''
        const first = 'calling' in dialog && dialog.calling === ''
        const people =
          'calling' in dialog
            ? [
                'From: "Far" <sip:far[call_number]@127.0.0.1>;tag=far',
                first ? 'To: <[contact]>' : `To:[$${dialog.calling}_to]`,
              ]
            : [`From:[$${dialog.calledBy}_to];tag=${dialog.tag}`, `To:[$${dialog.calledBy}_from]`]
        return message(
          [
            `${word} [contact] SIP/2.0`,
            `Via: SIP/2.0/[way] 127.0.0.1:[port];branch=${branch}`,
            'Max-Forwards: 70',
            ...people,
            'Call-ID: [call_id]',
            `CSeq: ${number} ${word}`,
            contact,
          ],
          details,
        )
      }
    }
  })
  const kept = variables.size > 0 ? `<Reference variables="${[...variables].join(',')}"/>` : ''
  return `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="far end">\n${xml.join('\n')}\n${kept}\n</scenario>\n`
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
