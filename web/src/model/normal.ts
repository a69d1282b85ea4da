// SPDX-License-Identifier: AGPL-3.0-or-later
import { toLatinDigits } from './digits'

/** Text as a reader compares it: ی and ي, ک and ك, half-spaces, diacritics, case and digits alike. */
export function normalised(text: string): string {
  return toLatinDigits(text)
    .replace(/[يىئ]/g, 'ی')
    .replace(/ك/g, 'ک')
    .replace(/[ةۀ]/g, 'ه')
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ؤ/g, 'و')
    .normalize('NFD')
    .replace(/\p{M}|\u0640|\u200c|\u200d|\u200e|\u200f/gu, '')
    .toLowerCase()
    .trim()
}
