// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of what the owner and admins of a chat look at. */
export type StaffWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<StaffWords>('staff', { fa: makePersian, en: makeEnglish })
