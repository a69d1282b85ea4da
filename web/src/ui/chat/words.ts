// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of what is opened from a chat: menus, dialogs, empty chats. */
export type ChatWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<ChatWords>('chat', { fa: makePersian, en: makeEnglish })
