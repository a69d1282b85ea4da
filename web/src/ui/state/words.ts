// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** What went wrong, by the code of the error. */
export type ErrorWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<ErrorWords>('state', { fa: makePersian, en: makeEnglish })
