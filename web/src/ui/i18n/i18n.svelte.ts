// SPDX-License-Identifier: AGPL-3.0-or-later
import { look } from '../state/look.svelte'
import type { Catalogue } from './catalogue/en'
import { type Format, makeFormat } from './format'
import { isolating } from './isolate'

type Maker = (format: Format) => Catalogue

/** A language is one file in catalogue/ that exports `make`, `days` and `about`. */
interface CatalogueFile {
  readonly make: Maker
  readonly days: { readonly today: string; readonly yesterday: string }
  readonly about: { readonly name: string; readonly direction: 'rtl' | 'ltr' }
}

const files = import.meta.glob<CatalogueFile>('./catalogue/*.ts')
const codeOf = (path: string) => path.replace(/^.*\/([\w-]+)\.ts$/, '$1')

export const languages: readonly string[] = Object.keys(files).map(codeOf).sort().reverse()

class I18n {
  #file = $state.raw<CatalogueFile | null>(null)
  #format = $derived(this.#file ? makeFormat(look.now, this.#file.days) : null)
  #words = $derived(this.#file && this.#format ? isolating(this.#file.make(this.#format)) : null)

  get ready(): boolean {
    return this.#file !== null
  }

  get words(): Catalogue {
    if (!this.#words) throw new Error('words used before use()')
    return this.#words
  }

  get format(): Format {
    if (!this.#format) throw new Error('format used before use()')
    return this.#format
  }

  get direction(): 'rtl' | 'ltr' {
    return this.#file?.about.direction ?? 'ltr'
  }

  /** Loads a language and draws everything in it. Without its file the present one stays. */
  async use(language: string): Promise<void> {
    const path = Object.keys(files).find((p) => codeOf(p) === language) ?? './catalogue/en.ts'
    const file = await files[path]?.()
    if (!file) return
    if (look.now.language !== codeOf(path)) look.change({ language: codeOf(path) })
    this.#file = file
    document.documentElement.lang = codeOf(path)
    document.documentElement.dir = file.about.direction
  }

  async nameOf(language: string): Promise<string> {
    const path = Object.keys(files).find((p) => codeOf(p) === language)
    const file = path ? await files[path]?.() : null
    return file?.about.name ?? language
  }
}

export const i18n = new I18n()

/** The words of the present language. */
export function t(): Catalogue {
  return i18n.words
}

/** Numbers and dates as the reader chose them. */
export function f(): Format {
  return i18n.format
}
