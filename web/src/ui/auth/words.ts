// SPDX-License-Identifier: AGPL-3.0-or-later
import { i18n } from '../i18n/i18n.svelte'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/**
 * Words of what few ever see: the first start, and losing things. They are not in the catalogues, which
 * everybody loads first.
 */
export type AuthWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export function words(): AuthWords {
  return i18n.direction === 'rtl' ? makePersian() : makeEnglish()
}
