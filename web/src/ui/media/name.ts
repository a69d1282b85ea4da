// SPDX-License-Identifier: AGPL-3.0-or-later

/** How much of a name's end is always shown, at least and at most: it says what the file is. */
const END = 8
const MOST = 22

const joined = /^\p{Script=Arabic}$/u

/**
 * The end of a name, which is shown where there is no room for all of it. It begins neither within a letter
 * nor between letters that are written together. Empty where the name is short.
 */
export function endOf(name: string): string {
  const letters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment)
  for (let at = letters.length - END; at > Math.max(0, letters.length - MOST); at--) {
    if (joined.test(letters[at - 1] ?? '') && joined.test(letters[at] ?? '')) continue
    return letters.slice(at).join('')
  }
  return ''
}
