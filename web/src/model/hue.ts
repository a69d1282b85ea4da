// SPDX-License-Identifier: AGPL-3.0-or-later

export const hueCount = 8

/** The hue an id asks for. */
export function hueOf(id: number): number {
  return id % hueCount
}

/**
 * Hues for a list from top to bottom: each id's own, moved on where it would equal the one above. The same
 * list always gives the same hues.
 */
export function listHues(ids: readonly number[]): number[] {
  const hues: number[] = []
  let above = -1
  for (const id of ids) {
    let hue = hueOf(id)
    if (hue === above) hue = (hue + 1 + (Math.floor(id / hueCount) % (hueCount - 2))) % hueCount
    hues.push(hue)
    above = hue
  }
  return hues
}

/** A stable number for a name without an account: authors of imported history. */
export function numberOf(name: string): number {
  let sum = 7
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 65521
  return sum
}

/** Up to two letters that stand for a name. */
export function initials(name: string): string {
  const words = name
    .replace(/[^\p{L}\p{N}\s‌]/gu, ' ')
    .trim()
    .split(/[\s‌]+/)
    .filter(Boolean)
  const first = letter(words[0])
  if (words.length < 2) return first || '#'
  const second = letter(words[words.length - 1])
  // Arabic letters of two words must not join into something that reads as a word.
  return /\p{Script=Arabic}/u.test(first + second) ? `${first}\u200c${second}` : first + second
}

function letter(word: string | undefined): string {
  const first = [...(word ?? '')][0] ?? ''
  return first.toLocaleUpperCase()
}
