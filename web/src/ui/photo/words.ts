// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of photos of people and chats. */
export type PhotoWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<PhotoWords>('photo', { fa: makePersian, en: makeEnglish })
