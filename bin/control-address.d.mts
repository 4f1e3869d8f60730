type Environment = Readonly<Record<string, string | undefined>>

export function defaultUserData(platform?: string, env?: Environment, home?: string): string
export function directAddress(userData: string, platform?: string): string
export function fits(address: string): boolean
export function detour(userData: string, base: string): string
export function pointerPath(userData: string): string
export function controlAddress(userData: string, platform?: string): string
