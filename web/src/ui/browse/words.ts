// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of the list of public channels and groups. */
export type BrowseWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<BrowseWords>('browse', { fa: makePersian, en: makeEnglish })
