// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of notifications, installing and updates. */
export type InstallWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<InstallWords>('install', { fa: makePersian, en: makeEnglish })
