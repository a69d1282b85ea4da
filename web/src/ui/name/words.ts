// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of the field for a public name. */
export type NameWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<NameWords>('name', { fa: makePersian, en: makeEnglish })
