// SPDX-License-Identifier: AGPL-3.0-or-later
import { knownEnding } from './endings'
import type { Entity } from './message'

type Found = Extract<
  Entity['kind'],
  'url' | 'mention' | 'hashtag' | 'cashtag' | 'botCommand' | 'email' | 'phone'
>

/** The characters of a word in any script, for a class of a pattern. */
const letters = '\\p{L}\\p{Nd}\\p{M}_'

// What is matched where it is looked for, not further on.
const mention = new RegExp(`@[A-Za-z]\\w{4,31}(?![${letters}])`, 'uy')
const mentionAlone = new RegExp(`(?<![${letters}@/])${mention.source}`, 'uy')
const hashtag = new RegExp(
  `(?<![${letters}#/&])#(?=[${letters}\u200c\u00b7]*\\p{L})((?:[\u200c\u00b7]*[${letters}])+)`,
  'uy',
)
const cashtag = new RegExp(`(?<![${letters}$])\\$[A-Z]{1,8}(?![${letters}$])`, 'uy')
const command = new RegExp(
  `(?<![${letters}/<>.:@\\-?=&%#+~])/[A-Za-z]\\w{0,63}(?!\\w)(?:@\\w{3,32}(?!\\w)|(?!@))(?![${letters}/<>])`,
  'uy',
)
const phoneBegins = new RegExp(`(?<![${letters}+])\\+[1-9]`, 'uy')
const letter = new RegExp(`[${letters}]`, 'uy')
const address = new RegExp(`(?<![${letters}@.\\-%+])(?!_)[${letters}]`, 'uy')
const scheme = /(?:https?|zolal):\/\//iy
const host = new RegExp(`[${letters}.-]+`, 'uy')
const port = /:[0-9]{1,5}(?![0-9])/y
const path = /[/?#][^\p{White_Space}\p{Cc}\u200b\ufeff<>"«»“”‘’`{}|\\^]*/uy
const mailbox = /[\w.%+-]{1,64}(?<!\.)(?=@)/y
const mailHost = new RegExp(`[A-Za-z0-9.-]+(?![${letters}.-])`, 'uy')

/** The signs that end a sentence, not an address. */
const trailing = '.,:;!?\'"…،؛؟*_~'

/** The longest hashtag in characters, as in Telegram. */
const maxHashtag = 256

/** What a pattern matches at a place, null if nothing. */
function at(pattern: RegExp, text: string, from: number): string | null {
  pattern.lastIndex = from
  return pattern.exec(text)?.[0] ?? null
}

/** Where what a pattern matches at a place ends, the place itself if it matches nothing. */
function past(pattern: RegExp, text: string, from: number): number {
  return from + (at(pattern, text, from)?.length ?? 0)
}

function hashtagAt(text: string, from: number): number {
  const to = past(hashtag, text, from)
  if (to === from || text[to] === '#' || [...text.slice(from + 1, to)].length > maxHashtag) return from
  // A hashtag of one channel, as in #news@channel.
  return past(mention, text, to)
}

/**
 * A bracket belongs to a number only with its other half: what one opens and does not close, or closes and
 * did not open, is of the sentence around it.
 */
function phoneAt(text: string, from: number): number {
  if (at(phoneBegins, text, from) === null) return from
  let [digits, to] = [0, from + 1]
  let [last, more, open] = [to, 0, false]
  for (let i = from + 1; i < text.length; i++) {
    const sign = text.charAt(i)
    if (/[0-9]/.test(sign)) {
      last = i + 1
      more++
      if (!open) [digits, to, more] = [digits + more, last, 0]
      continue
    }
    const goesOn = /[0-9( ]/.test(text.charAt(i + 1))
    if (!/[ \-()]/.test(sign) || !goesOn || i - last > 1) break
    if (sign === (open ? '(' : ')')) break
    open = sign === '(' || (open && sign !== ')')
  }
  return digits < 7 || digits > 15 || at(letter, text, to) !== null ? from : to
}

/** Where the host name that begins at a place ends, without the signs after it; the place itself if none. */
function hostAt(pattern: RegExp, text: string, from: number): number {
  return from + (at(pattern, text, from) ?? '').replace(/[.-]+$/, '').length
}

function badLabel(label: string): boolean {
  return /^$|^-|-$|_/.test(label) || new TextEncoder().encode(label).length > 63
}

/** Takes punctuation and closing brackets that nothing in the path opens off its end. */
function trimmed(whole: string): string {
  const count = (sign: string) => whole.split(sign).length - 1
  let round = count(')') - count('(')
  let square = count(']') - count('[')
  let end = whole.length
  for (; end > 0; end--) {
    const sign = whole.charAt(end - 1)
    if (sign === ')' && round > 0) round--
    else if (sign === ']' && square > 0) square--
    else if (!trailing.includes(sign)) break
  }
  return whole.slice(0, end)
}

/** Where an address ends whose host ends at `to`: after its port, path, query and fragment. */
function restOfUrl(text: string, to: number): number {
  const afterPort = past(port, text, to)
  return afterPort + trimmed(at(path, text, afterPort) ?? '').length
}

function schemeUrlAt(text: string, from: number): number {
  const begin = past(scheme, text, from)
  if (begin === from) return from
  const to = hostAt(host, text, begin)
  // Where an address with a user before its host leads could be read wrongly.
  return to === begin || text[to] === '@' ? from : restOfUrl(text, to)
}

function emailAt(text: string, from: number): number {
  const sign = past(mailbox, text, from)
  if (sign === from) return from
  const to = hostAt(mailHost, text, sign + 1)
  const labels = text.slice(sign + 1, to).split('.')
  const end = labels.at(-1) ?? ''
  return labels.length < 2 || labels.some(badLabel) || end.length < 2 || /[0-9]/.test(end) ? from : to
}

function domainAt(text: string, from: number): number {
  if ('/#$'.includes(text[from - 1] ?? ' ') || text[past(host, text, from)] === '@') return from
  const to = hostAt(host, text, from)
  const labels = text.slice(from, to).split('.')
  if (labels.length < 2 || labels.some(badLabel) || !knownEnding(labels.at(-1) ?? '')) return from
  return restOfUrl(text, to)
}

function addressAt(text: string, from: number): [Found, number] {
  if (at(address, text, from) === null) return ['url', from]
  const url = schemeUrlAt(text, from)
  if (url > from) return ['url', url]
  const email = emailAt(text, from)
  return email > from ? ['email', email] : ['url', domainAt(text, from)]
}

/** What begins at a place and where it ends; the place itself if nothing does. */
function detectAt(text: string, from: number): [Found, number] {
  switch (text[from]) {
    case '@':
      return ['mention', past(mentionAlone, text, from)]
    case '#':
      return ['hashtag', hashtagAt(text, from)]
    case '$':
      return ['cashtag', past(cashtag, text, from)]
    case '/':
      return ['botCommand', past(command, text, from)]
    case '+':
      return ['phone', phoneAt(text, from)]
    default:
      return addressAt(text, from)
  }
}

/**
 * What a reader can act on in a text, in order and without overlap. The server finds the same when it stores
 * a message; testdata/vectors/text holds what both must agree on.
 */
export function detect(text: string): Entity[] {
  const found: Entity[] = []
  if (!/[@#$/.+]/.test(text)) return found
  for (let from = 0; from < text.length; ) {
    const [kind, to] = detectAt(text, from)
    if (to > from) found.push({ kind, offset: from, length: to - from })
    from = to > from ? to : from + ((text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1)
  }
  return found
}

/**
 * Adds what a reader can tap (addresses, mentions, tags, commands) to the formatting a writer chose. Nothing
 * is found inside code or where the writer put a link.
 */
export function withDetected(text: string, chosen: readonly Entity[]): Entity[] {
  const taken = chosen.filter((e) => ['code', 'pre', 'textLink', 'textMention'].includes(e.kind))
  const free = detect(text).filter(
    (f) => !taken.some((t) => f.offset < t.offset + t.length && f.offset + f.length > t.offset),
  )
  return [...chosen, ...free].sort((a, b) => a.offset - b.offset || b.length - a.length)
}
