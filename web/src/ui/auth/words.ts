// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of signing in and up, of the first start, and of losing things. */
export type AuthWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<AuthWords>('auth', { fa: makePersian, en: makeEnglish })
