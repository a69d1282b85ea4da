// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of what was shared in a chat. */
export type SharedWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<SharedWords>('shared', { fa: makePersian, en: makeEnglish })
