// SPDX-License-Identifier: AGPL-3.0-or-later

export const hueCount = 8

/** The hue an id asks for. */
export function hueOf(id: number): number {
  return id % hueCount
}

/** Whose hue a chat has: a person's own in a direct chat, so that they look the same everywhere. */
export function faceOf(chat: { readonly id: number; readonly peer: number | null }): number {
  return chat.peer ?? chat.id
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
