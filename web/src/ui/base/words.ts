// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** Words that several parts share, none of them drawn first. */
export type BaseWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<BaseWords>('base', { fa: makePersian, en: makeEnglish })
