// SPDX-License-Identifier: AGPL-3.0-or-later

/** What the quick row over a message offers. */
export const quickReactions = ['👍', '❤️', '😂', '🔥', '👏', '🙏', '😢'] as const

const storageKey = 'zolal.emoji'
const toneKey = 'zolal.emoji.tones'
const RECENT = 24

function stored<T>(key: string, none: T): T {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as T | null) ?? none
  } catch {
    return none
  }
}

function store(key: string, what: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(what))
  } catch {
    // Without storage nothing is remembered.
  }
}

export function recentEmoji(): readonly string[] {
  return stored<string[]>(storageKey, [])
}

export function rememberEmoji(emoji: string): void {
  store(storageKey, [emoji, ...recentEmoji().filter((e) => e !== emoji)].slice(0, RECENT))
}

/** The form in which a sign was last taken, by the sign; those that are not here have none. */
export function chosenTones(): Readonly<Record<string, string>> {
  return stored<Record<string, string>>(toneKey, {})
}

export function rememberTone(sign: string, form: string): void {
  const { [sign]: _, ...others } = chosenTones()
  store(toneKey, form === sign ? others : { ...others, [sign]: form })
}
