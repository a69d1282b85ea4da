// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of searching. They are not in the catalogues, which everybody loads first. */
export type SearchWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<SearchWords>('search', { fa: makePersian, en: makeEnglish })
