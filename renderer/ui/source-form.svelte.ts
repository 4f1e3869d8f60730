/*
 * A directory being typed, new or old: the fields of its kind, what is wrong, and saving it. It knows no markup.
 */
import type { DirectorySource, SourceDraft, SourceSettings } from '../../common/directory'
import type { SourceKind } from './directory-words'
import type { Phone } from './phone.svelte'

const words = (text: string): string[] => text.split(/[\s,;]+/).filter((word) => word !== '')

export class SourceForm {
  readonly sourceId: string | null
  readonly hasSecret: boolean
  private readonly enabled: boolean
  kind = $state<SourceKind>('file')
  name = $state('')
  path = $state('')
  url = $state('')
  username = $state('')
  base = $state('')
  nameAttributes = $state('cn displayName')
  numberAttributes = $state('telephoneNumber mobile')
  /** LDAP: also read whole. */
  readWhole = $state(false)
  everyMinutes = $state(60)
  namePointer = $state('')
  secret = $state('')
  wrong = $state(false)
  busy = $state(false)

  constructor(source: DirectorySource | null) {
    this.sourceId = source?.id ?? null
    this.hasSecret = source?.hasSecret ?? false
    this.enabled = source?.enabled ?? true
    if (!source) return
    const { settings } = source
    this.name = source.name
    this.kind = settings.kind
    if (settings.kind === 'file' || settings.kind === 'vcard') this.path = settings.path
    else if (settings.kind === 'extension') this.path = settings.file
    else this.url = settings.url
    if ('everyMinutes' in settings) {
      this.readWhole = settings.everyMinutes !== null
      this.everyMinutes = settings.everyMinutes ?? this.everyMinutes
    }
    if (settings.kind === 'carddav') this.username = settings.username
    if (settings.kind === 'lookup') this.namePointer = settings.namePointer ?? ''
    if (settings.kind === 'ldap') {
      this.username = settings.user ?? ''
      this.base = settings.base
      this.nameAttributes = settings.nameAttributes.join(' ')
      this.numberAttributes = settings.numberAttributes.join(' ')
    }
  }

  /** Whether a secret belongs to this kind. */
  get takesSecret(): boolean {
    return this.kind === 'carddav' || this.kind === 'ldap' || this.kind === 'lookup'
  }

  /** null: something that is needed is missing. */
  draft(): SourceDraft | null {
    const settings = this.settings()
    const name = this.name.trim()
    if (settings === null || name === '') return null
    const secret = this.takesSecret && this.secret !== '' ? this.secret : null
    return { name, settings, secret, enabled: this.enabled }
  }

  private settings(): SourceSettings | null {
    const url = this.url.trim()
    const path = this.path.trim()
    const web = /^https?:\/\/.+/i.test(url)
    const { kind, everyMinutes } = this
    switch (kind) {
      case 'file':
      case 'vcard':
        return path === '' ? null : { kind, path }
      case 'extension':
        return /^\w[\w.-]*\.mjs$/.test(path) ? { kind, file: path } : null
      case 'url':
        return web ? { kind, url, everyMinutes } : null
      case 'carddav':
        return web ? { kind, url, username: this.username.trim(), everyMinutes } : null
      case 'lookup':
        return web && url.includes('{number}')
          ? {
              kind,
              url,
              namePointer: this.namePointer.trim() || null,
              authorized: this.secret !== '' || this.hasSecret,
            }
          : null
      case 'ldap': {
        const [nameAttributes, numberAttributes] = [words(this.nameAttributes), words(this.numberAttributes)]
        if (!/^ldaps?:\/\/.+/i.test(url) || nameAttributes.length === 0 || numberAttributes.length === 0) return null
        return {
          kind,
          url,
          user: this.username.trim() || null,
          base: this.base.trim(),
          nameAttributes,
          numberAttributes,
          everyMinutes: this.readWhole ? everyMinutes : null,
        }
      }
    }
  }

  /** True when it was saved. */
  async save(ask: (command: Parameters<Phone['request']>[0]) => ReturnType<Phone['request']>): Promise<boolean> {
    const draft = this.draft()
    this.wrong = draft === null
    if (draft === null || this.busy) return false
    this.busy = true
    const reply = await ask(
      this.sourceId === null ? { type: 'addSource', draft } : { type: 'changeSource', sourceId: this.sourceId, draft },
    )
    this.busy = false
    return reply.ok
  }
}
