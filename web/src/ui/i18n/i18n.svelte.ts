// SPDX-License-Identifier: AGPL-3.0-or-later
import { look } from '../state/look.svelte'
import type { Catalogue } from './catalogue/en'
import { files } from './files'
import { type Format, makeFormat } from './format'
import { isolating } from './isolate'
import { filled, type Language } from './language'

/** The languages that say everything; another may leave words to English. */
const whole: readonly string[] = ['fa', 'en']

const fileOf = (language: string) => files[`./catalogue/${language}.ts`]

/** Those that can be chosen, the first two first. */
export const languages: readonly string[] = [
  ...new Set([...whole, ...Object.keys(files).map((path) => path.replace(/.*\/|\.ts/g, ''))]),
]

class I18n {
  #file = $state.raw<Language | null>(null)
  /** What stands where the file has no words; null where it has all. */
  #english = $state.raw<Language | null>(null)
  #format = $derived(this.#file ? makeFormat(look.now, this.#file) : null)
  #words = $derived(this.#file && this.#format ? this.#made(this.#file, this.#format) : null)

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

  /** Of the two languages that the server and all parts speak, the one for this reader. */
  get spoken(): 'fa' | 'en' {
    return look.now.language === 'fa' ? 'fa' : 'en'
  }

  /** What the language says of itself, and of parts that are loaded later. */
  get file(): Language | null {
    return this.#file
  }

  #made(file: Language, format: Format): Catalogue {
    const own = file.make(format)
    const english = this.#english?.make(format)
    return isolating((english ? filled(english, own) : own) as Catalogue)
  }

  /** Loads a language and draws everything in it. Without its file the present one stays. */
  async use(language: string): Promise<void> {
    const known = fileOf(language) ? language : 'en'
    const [file, english] = await Promise.all([
      fileOf(known)?.(),
      whole.includes(known) ? null : fileOf('en')?.(),
    ])
    if (!file) return
    const { direction } = file.about
    // What boot.js finds by itself is not kept: who chose nothing leaves nothing.
    const found = look.now.direction ?? (known === 'fa' ? 'rtl' : 'ltr')
    if (look.now.language !== known || found !== direction) {
      look.change({ language: known, direction })
    }
    this.#file = file
    this.#english = english ?? null
    document.documentElement.lang = known
    document.documentElement.dir = direction
  }

  async nameOf(language: string): Promise<string> {
    return (await fileOf(language)?.())?.about.name ?? language
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
