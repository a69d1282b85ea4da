// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Entity } from './message'

const strongRtl = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
const strong = /\p{L}/u

/** Kinds whose letters say nothing about the language of the line around them. */
const neutral = new Set<Entity['kind']>([
  'url',
  'mention',
  'email',
  'phone',
  'botCommand',
  'code',
  'cashtag',
  'bankCard',
])

/** Mentions and addresses by their looks, where no entity says so (drafts, names of four letters). */
const looseNeutral = /@[A-Za-z0-9_]+|https?:\/\/\S+|[\w.+-]+@[\w-]+\.[\w.]+/g

/** Whether any letter is of a script written from right to left. */
export function hasRtl(text: string): boolean {
  return strongRtl.test(text)
}

export type Direction = 'ltr' | 'rtl'

/** The direction of one line by its first strong letter; null when it has none. */
export function lineDirection(line: string): Direction | null {
  for (const char of line) {
    if (strong.test(char)) return strongRtl.test(char) ? 'rtl' : 'ltr'
  }
  return null
}

/**
 * The direction a reader expects of the line `[start, end)` of a text: that of its first strong letter that
 * is not part of an address, a mention or code. So "@sara سلام" is a right-to-left line.
 */
export function readingDirection(
  text: string,
  entities: readonly Entity[],
  start: number,
  end: number,
): Direction | null {
  let line = text.slice(start, end)
  for (const entity of entities) {
    if (!neutral.has(entity.kind)) continue
    const from = Math.max(entity.offset, start) - start
    const to = Math.min(entity.offset + entity.length, end) - start
    if (to > from) line = line.slice(0, from) + ' '.repeat(to - from) + line.slice(to)
  }
  line = line.replace(looseNeutral, ' ')
  return lineDirection(line) ?? lineDirection(text.slice(start, end))
}
