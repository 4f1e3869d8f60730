export function buildLibrary(outDir: string): Promise<void>
export function buildTypes(outDir: string): Promise<void>
