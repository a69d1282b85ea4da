// SPDX-License-Identifier: AGPL-3.0-or-later

export const hueCount = 8

/** The hue an id asks for. */
export function hueOf(id: number): number {
  return id % hueCount
}

/**
 * Which faces of a list are drawn in the deeper tone of their hue: those whose hue is that of the one above,
 * so that no two neighbours are alike though everybody keeps their hue.
 */
export function deepened(ids: readonly number[]): boolean[] {
  const deep: boolean[] = []
  ids.forEach((id, i) => {
    const above = ids[i - 1]
    deep.push(above !== undefined && hueOf(above) === hueOf(id) && !deep[i - 1])
  })
  return deep
}

/** Whose hue a chat has: a person's own in a direct chat, so that they look the same everywhere. */
export function faceOf(chat: {
  readonly id: number
  readonly peer: number | null
  readonly kind?: string
}): number {
  // One's own notes have the first hue, that of the app.
  return chat.kind === 'saved' ? 0 : (chat.peer ?? chat.id)
}

/** Whose photo a chat is shown by, beside its hue; null where it has none. */
export function portraitOf({ kind }: { readonly kind?: string }): 'account' | 'chat' | null {
  if (kind === 'saved' || kind === 'service') return null
  return kind === 'direct' ? 'account' : 'chat'
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
  // Letters of two Persian words must not stand together as if they were a word, joined or not.
  return /\p{Script=Arabic}/u.test(first + second) ? `${first}\u2009${second}` : first + second
}

function letter(word: string | undefined): string {
  const first = [...(word ?? '')][0] ?? ''
  return first.toLocaleUpperCase()
}
