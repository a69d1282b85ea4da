// SPDX-License-Identifier: AGPL-3.0-or-later
import { toLatinDigits } from './digits'

/** The letters that a reader takes for one another, each beside the one that stands for it. */
const alike = new Map(
  Object.entries({ ی: 'يىئ', ک: 'ك', ه: 'ةۀ', و: 'ؤ', ا: 'أإآٱ' }).flatMap(([to, all]) =>
    [...all].map((from): [string, string] => [from, to]),
  ),
)

/** A letter as searches compare it: empty where it is not seen, null where it stands between words. */
export function foldLetter(letter: string): string | null {
  const plain = toLatinDigits(letter)
  const to = alike.get(plain) ?? plain
  if (/[\p{Mn}\p{Cf}ـ]/u.test(to)) return ''
  return /[\p{L}\p{N}_]/u.test(to) ? to.toLowerCase().replace(/\p{Mn}/gu, '') : null
}

/**
 * Text as searches compare it: lower case, one form for letters and digits that look or read alike in
 * Persian, no diacritics, no joiners, words separated by one space. The server folds alike;
 * testdata/vectors/search.json holds what both must agree on.
 */
export function normalised(text: string): string {
  // Letter by letter: the small form of a Greek sigma would depend on where it stands.
  return [...toLatinDigits(text)]
    .map((c) => (alike.get(c) ?? c).toLowerCase())
    .join('')
    .replace(/[\p{Mn}\p{Cf}ـ]/gu, '')
    .replace(/[^\p{L}\p{N}_]+/gu, ' ')
    .trim()
}
