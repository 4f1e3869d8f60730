/** Absolute path of the Electron executable that set-up chose. @throws when nothing is set up yet */
export function electronExecutable(): string
/** Arguments this machine's Electron needs before all others: `--no-sandbox` for root on Linux, else none. */
export function electronArguments(): string[]
/** Folder of the unpacked official Electron, or undefined where only the stand-in is there. */
export function officialElectron(): string | undefined
/** Makes `electronExecutable()` answer, downloading what is missing. */
export function ensureElectron(): Promise<string>
