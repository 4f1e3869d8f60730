/*
 * Reads the gateway's messages. Apart, because the schema library is loaded only where there is a gateway.
 */
import * as v from 'valibot'
import { gatewayToEngineSchema, type GatewayToEngine } from '../../../common/contract/gateway'

/** null: malformed. */
export function readGateway(message: unknown): GatewayToEngine | null {
  const parsed = v.safeParse(gatewayToEngineSchema, message)
  return parsed.success ? parsed.output : null
}
