// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from './format'
import { f, i18n } from './i18n.svelte'
import { isolating } from './isolate'
import { filled, type Some } from './language'
import type { Parts } from './parts'

type Makers<W> = Readonly<Record<'fa' | 'en', (format: Format) => W>>

/**
 * The words of a part that is loaded when it is needed, by its folder. They are not in the catalogues, which
 * everybody loads first; they are made anew only when the language or the reader's format is another. A
 * language beyond the first two has those of its file, and English ones where it has none.
 */
export function inLanguage<W>(part: keyof Parts, makers: Makers<W>): () => W {
  let made: { readonly format: Format; readonly words: W } | null = null
  return () => {
    const format = f()
    if (made?.format !== format) {
      const own = i18n.file?.parts?.[part]
      const words = makers[i18n.spoken](format)
      made = { format, words: isolating(own ? filled(words, own(format) as Some<W>) : words) }
    }
    return made.words
  }
}
