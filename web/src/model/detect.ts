// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Entity } from './message'

type Found = Extract<
  Entity['kind'],
  'url' | 'mention' | 'hashtag' | 'cashtag' | 'botCommand' | 'email' | 'phone'
>

const before = '(?<![\\p{L}\\p{N}_@/#$])'
const topLevel = 'ir|com|org|net|io|im|me|dev|app|info|edu|gov|tv|co|uk|de|fr|ca|us|xyz|news|blog|wiki|ایران'

/** In order of precedence: an earlier kind keeps its range from later ones. */
const patterns: readonly (readonly [Found, RegExp])[] = [
  ['email', new RegExp(`${before}[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+`, 'gu')],
  ['url', /(?:https?|tg):\/\/[^\s<>«»"]+[^\s<>«»".,،؛;:!?؟)\]}…]/giu],
  [
    'url',
    new RegExp(
      `${before}(?:[\\p{L}\\p{N}-]+\\.)+(?:${topLevel})(?![\\p{L}\\p{N}])` +
        `(?:/[^\\s<>«»"]*[^\\s<>«»".,،؛;:!?؟)\\]}…])?`,
      'giu',
    ),
  ],
  ['mention', new RegExp(`${before}@[A-Za-z][A-Za-z0-9_]{4,31}(?![A-Za-z0-9_])`, 'gu')],
  ['hashtag', new RegExp(`${before}#(?=[\\p{L}\\p{N}_\u200c]*\\p{L})[\\p{L}\\p{N}_\u200c]+`, 'gu')],
  ['cashtag', new RegExp(`${before}\\$[A-Z]{1,8}(?![A-Za-z])`, 'gu')],
  [
    'botCommand',
    new RegExp(`${before}/[A-Za-z][A-Za-z0-9_]{0,31}(?:@[A-Za-z0-9_]{5,32})?(?![A-Za-z0-9_/])`, 'gu'),
  ],
  ['phone', /(?<![\p{L}\p{N}+])\+[1-9][0-9]{0,3}(?:[ -]?[0-9]{2,4}){2,5}(?![0-9])/gu],
]

/**
 * Adds what a reader can tap (addresses, mentions, tags, commands) to the formatting a writer chose. Nothing
 * is found inside code or where the writer put a link.
 */
export function withDetected(text: string, chosen: readonly Entity[]): Entity[] {
  const taken = chosen
    .filter((e) => ['code', 'pre', 'textLink', 'textMention'].includes(e.kind))
    .map((e): [number, number] => [e.offset, e.offset + e.length])
  const found: Entity[] = []
  for (const [kind, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const [from, to] = [match.index, match.index + match[0].length]
      if (taken.some(([a, b]) => from < b && to > a)) continue
      taken.push([from, to])
      found.push({ kind, offset: from, length: to - from })
    }
  }
  return [...chosen, ...found].sort((a, b) => a.offset - b.offset || b.length - a.length)
}
