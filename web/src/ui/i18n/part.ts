// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from './format'
import { f, i18n } from './i18n.svelte'
import { isolating } from './isolate'

type Makers<W> = Readonly<Record<'fa' | 'en', (format: Format) => W>>

/**
 * The words of a part that is loaded when it is needed. They are not in the catalogues, which everybody loads
 * first; they are made anew only when the language or the reader's format is another.
 */
export function inLanguage<W>(makers: Makers<W>): () => W {
  let made: { readonly format: Format; readonly words: W } | null = null
  return () => {
    const format = f()
    const make = i18n.direction === 'rtl' ? makers.fa : makers.en
    if (made?.format !== format) made = { format, words: isolating(make(format)) }
    return made.words
  }
}
