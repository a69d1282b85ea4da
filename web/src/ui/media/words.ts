// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of photos, videos and files. */
export type MediaWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<MediaWords>('media', { fa: makePersian, en: makeEnglish })
