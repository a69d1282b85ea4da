// SPDX-License-Identifier: AGPL-3.0-or-later
import { i18n } from '../i18n/i18n.svelte'
import { english, type FeedbackWords } from './words.en'
import { persian } from './words.fa'

/** The words of the form for feedback. They are not in the catalogues, which everybody loads first. */
export function words(): FeedbackWords {
  return i18n.direction === 'rtl' ? persian : english
}
