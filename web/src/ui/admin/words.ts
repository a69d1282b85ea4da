// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import { f, i18n } from '../i18n/i18n.svelte'
import { isolating } from '../i18n/isolate'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of the operator's pages. They are not in the catalogues, which everybody loads first. */
export type AdminWords = ReturnType<typeof makeEnglish>

export const makers: Readonly<Record<'fa' | 'en', (format: Format) => AdminWords>> = {
  fa: makePersian,
  en: makeEnglish,
}

/** The words in the present language. */
export function words(): AdminWords {
  const make = i18n.direction === 'rtl' ? makers.fa : makers.en
  return isolating(make(f()))
}
