// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of scanning codes. */
export type ScanWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<ScanWords>('scan', { fa: makePersian, en: makeEnglish })
