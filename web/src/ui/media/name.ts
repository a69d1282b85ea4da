// SPDX-License-Identifier: AGPL-3.0-or-later

/** How much of a name's end is always shown, at least and at most: it says what the file is. */
const END = 8
const MOST = 22

const joined = /^\p{Script=Arabic}$/u

/**
 * A name in two parts, of which only the first may be cut. None is taken apart within a letter, nor between
 * letters that are written together.
 */
export function halves(name: string): { readonly start: string; readonly end: string } {
  const letters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment)
  for (let at = letters.length - END; at > Math.max(0, letters.length - MOST); at--) {
    if (joined.test(letters[at - 1] ?? '') && joined.test(letters[at] ?? '')) continue
    return { start: letters.slice(0, at).join(''), end: letters.slice(at).join('') }
  }
  return { start: name, end: '' }
}
