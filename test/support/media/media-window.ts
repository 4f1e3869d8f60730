/*
 * A real Chromium for media tests: the page of `page.ts` in a bare Electron, with a file for a microphone and nothing but
 * loopback for a network.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { build } from 'vite'
import { electronArguments, electronExecutable } from '../../../scripts/electron-runtime.mjs'
import { removeFolder } from '../remove-folder'

export class MediaWindow {
  private constructor(
    readonly page: Page,
    readonly application: ElectronApplication,
    private readonly server: Server,
    private readonly folder: string,
  ) {}

  /** `microphone`: the tone it says, Hz. */
  static async open({ microphone, switches = [] }: { microphone: number; switches?: string[] }): Promise<MediaWindow> {
    const folder = mkdtempSync(join(tmpdir(), 'patchcord-media-'))
    const wav = join(folder, 'microphone.wav')
    writeFileSync(wav, toneFile(microphone))
    const script = await bundle()
    const server = createServer((request, response) => {
      const isScript = request.url === '/page.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(isScript ? script : '<!doctype html><title>media</title><script src="/page.js"></script>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const application = await _electron.launch({
      executablePath: electronExecutable(),
      args: [
        ...electronArguments(),
        join(import.meta.dirname, 'app'),
        `--user-data-dir=${join(folder, 'profile')}`,
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-audio-capture=${wav}`,
        '--allow-loopback-in-peer-connection',
        ...switches,
      ],
      env: { ...(process.env as Record<string, string>), MEDIA_PAGE: `http://127.0.0.1:${port}/` },
    })
    const page = await application.firstWindow()
    await page.waitForFunction('typeof lab === "object"')
    return new MediaWindow(page, application, server, folder)
  }

  async close(): Promise<void> {
    await this.application.close()
    this.server.close()
    removeFolder(this.folder)
  }
}

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'chrome130',
      minify: false,
      rollupOptions: { input: join(import.meta.dirname, 'page.ts'), output: { format: 'iife' } },
    },
  })
  const first = Array.isArray(result) ? result[0] : result
  if (!first || !('output' in first)) throw new Error('nothing was built')
  return first.output[0].code
}

/** Two seconds of a sine at -10 dBFS, 48 kHz mono 16 bit; two seconds so that it loops without a click. */
function toneFile(hertz: number): Buffer {
  const rate = 48_000
  const data = Buffer.alloc(rate * 2 * 2)
  for (let index = 0; index < rate * 2; index++) {
    data.writeInt16LE(Math.round(10_000 * Math.sin((2 * Math.PI * hertz * index) / rate)), index * 2)
  }
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + data.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(data.length, 40)
  return Buffer.concat([header, data])
}
