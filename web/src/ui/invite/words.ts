// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import { f, i18n } from '../i18n/i18n.svelte'
import { isolating } from '../i18n/isolate'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of inviting and being invited. They are not in the catalogues, which everybody loads first. */
export type InviteWords = ReturnType<typeof makeEnglish>

export const makers: Readonly<Record<'fa' | 'en', (format: Format) => InviteWords>> = {
  fa: makePersian,
  en: makeEnglish,
}

/** The words in the present language. */
export function words(): InviteWords {
  const make = i18n.direction === 'rtl' ? makers.fa : makers.en
  return isolating(make(f()))
}
