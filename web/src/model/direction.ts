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
  start = 0,
  end = text.length,
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

const LRI = '\u2066'
const PDI = '\u2069'
const LRM = '\u200e'
const bare = /(?<=^|[\s(«])@(?=[A-Za-z])/gm

/**
 * A text whose addresses and mentions keep their own direction among letters that run the other way: the sign
 * of "@sara" would stand behind its name.
 */
export function isolated(text: string, entities: readonly Entity[]): string {
  if (!hasRtl(text)) return text
  let [out, at] = ['', 0]
  for (const { kind, offset, length } of entities.toSorted((a, b) => a.offset - b.offset)) {
    if (!neutral.has(kind) || offset < at) continue
    out += text.slice(at, offset) + LRI + text.slice(offset, offset + length) + PDI
    at = offset + length
  }
  return out + text.slice(at)
}

/** The direction of a field: of all its lines; 'auto', each line its own, where they differ. */
export function fieldDirection(text: string, entities: readonly Entity[]): Direction | 'auto' | null {
  let [found, start]: [Direction | null, number] = [null, 0]
  for (const line of text.split('\n')) {
    const direction = readingDirection(text, entities, start, start + line.length)
    if (found && direction && direction !== found) return 'auto'
    found ??= direction
    start += line.length + 1
  }
  return found
}

/**
 * A field cannot isolate: there a mark before each @ keeps it with the name after it. Marks are in the field
 * alone, never in what is sent.
 */
export function marked(text: string): string {
  return hasRtl(text) ? text.replace(bare, `${LRM}@`) : text
}

/** Where each @ stands that lacks its mark. */
export function unmarkedIn(text: string): number[] {
  return hasRtl(text) ? [...text.matchAll(bare)].map(({ index }) => index) : []
}

export function unmarked(text: string): string {
  return text.replace(/\u200e(?=@)/g, '')
}
