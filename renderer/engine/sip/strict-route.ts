/*
 * The way through a proxy of before RFC 3261: it wants its own address for the Request-URI, and the far end's last among the routes (RFC 3261 section
 * 12.2.1.1). sip.js treats every proxy as a loose router. It does not know what is asked.
 */
import { Grammar, type Core } from 'sip.js'

const isLoose = (route: string): boolean => /;lr(?=[;=>?]|$)/i.test(route)

/** Of all requests this core makes from now on. */
export function followStrictRoutes(core: Core.UserAgentCore): void {
  const make = core.makeOutgoingRequestMessage.bind(core)
  core.makeOutgoingRequestMessage = (method, target, from, to, options, ...rest) => {
    const [first, ...others] = options.routeSet ?? []
    const uri = first === undefined || isLoose(first) ? undefined : addressOf(first)
    if (uri === undefined) return make(method, target, from, to, options, ...rest)
    return make(method, uri, from, to, { ...options, routeSet: [...others, `<${target.toString()}>`] }, ...rest)
  }
}

/** Without what may not stand in a Request-URI. */
function addressOf(route: string): Core.URI | undefined {
  const text = /<([^<>?]*)[^<>]*>/.exec(route)?.[1]
  const uri = text === undefined ? undefined : Grammar.URIParse(text)
  uri?.deleteParam('method')
  return uri
}
