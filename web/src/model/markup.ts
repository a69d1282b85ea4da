// SPDX-License-Identifier: AGPL-3.0-or-later
import { withDetected } from './detect'
import type { Entity, EntityKind, FormattedText } from './message'

/**
 * What people type in the composer: **bold**, __italic__, ++underline++, ~~strike~~, ||spoiler||, `code`,
 * ```language … ```, [text](address), and lines that begin with > for a quote (>> for a collapsed one).
 * A backslash keeps the next sign as it is. Signs that have no partner are plain text.
 */
const pairs = {
  '**': 'bold',
  __: 'italic',
  '++': 'underline',
  '~~': 'strike',
  '||': 'spoiler',
} as const

type Pair = keyof typeof pairs

interface Draft {
  text: string
  entities: Entity[]
}

/** Reads markup into text and entities, with addresses, mentions and tags detected. */
export function readMarkup(source: string): FormattedText {
  const out: Draft = { text: '', entities: [] }
  const fence = /(^|\n)```([\w+#.-]*)[ \t]*\n([\s\S]*?)\n?```(?=\n|$)|```([\s\S]+?)```/g
  let at = 0
  for (const match of source.matchAll(fence)) {
    readLines(source.slice(at, match.index) + (match[1] ?? ''), out)
    const code = match[3] ?? match[4] ?? ''
    add(out, { kind: 'pre', language: match[2] ?? '' }, out.text.length, out.text.length + code.length)
    out.text += code
    at = match.index + match[0].length
  }
  readLines(source.slice(at), out)
  return trim({ text: out.text, entities: withDetected(out.text, out.entities) })
}

function add(out: Draft, kind: EntityKind, from: number, to: number): void {
  if (to > from) out.entities.push({ ...kind, offset: from, length: to - from })
}

/** Gathers quoted lines into one quote each, and reads the inline markup of everything. */
function readLines(source: string, out: Draft): void {
  if (source === '') return
  let quote: { from: number; collapsed: boolean } | null = null
  source.split('\n').forEach((line, i) => {
    const quoted = /^(>>?) ?(.*)$/.exec(line)
    if (quote && !quoted) {
      add(out, { kind: 'blockquote', collapsed: quote.collapsed }, quote.from, out.text.length)
      quote = null
    }
    if (i > 0) out.text += '\n'
    if (quoted && !quote) quote = { from: out.text.length, collapsed: quoted[1] === '>>' }
    readInline(quoted?.[2] ?? line, out)
  })
  const open = quote as { from: number; collapsed: boolean } | null
  if (open) add(out, { kind: 'blockquote', collapsed: open.collapsed }, open.from, out.text.length)
}

function readInline(line: string, out: Draft): void {
  const open: { sign: Pair; at: number }[] = []
  let i = 0
  while (i < line.length) {
    const taken = readEscape(line, i, out) || readCode(line, i, out) || readLink(line, i, out)
    if (taken > 0) {
      i += taken
      continue
    }
    const sign = line.slice(i, i + 2)
    if (sign in pairs && readPair(line, i, sign as Pair, open, out)) {
      i += 2
      continue
    }
    out.text += line[i]
    i++
  }
}

function readEscape(line: string, i: number, out: Draft): number {
  const next = line[i + 1]
  if (line[i] !== '\\' || next === undefined || !/[\\*_+~|`[\]()>]/.test(next)) return 0
  out.text += next
  return 2
}

function readCode(line: string, i: number, out: Draft): number {
  const match = /^`([^`\n]+)`/.exec(line.slice(i))
  if (!match?.[1]) return 0
  add(out, { kind: 'code' }, out.text.length, out.text.length + match[1].length)
  out.text += match[1]
  return match[0].length
}

function readLink(line: string, i: number, out: Draft): number {
  const match = /^\[([^\]\n]+)\]\((\S+?)\)/.exec(line.slice(i))
  if (!match?.[1] || !match[2]) return 0
  const from = out.text.length
  const account = /^zolal:account\/(\d+)$/.exec(match[2])
  const custom = /^zolal:emoji\/(\S+)$/.exec(match[2])
  if (custom?.[1] || account) out.text += match[1]
  else readInline(match[1], out)
  const kind: EntityKind = account
    ? { kind: 'textMention', account: Number(account[1]) }
    : custom?.[1]
      ? { kind: 'customEmoji', emoji: custom[1] }
      : { kind: 'textLink', url: match[2] }
  add(out, kind, from, out.text.length)
  return match[0].length
}

/** Opens or closes a pair; false when the sign has no partner and stays as typed. */
function readPair(
  line: string,
  i: number,
  sign: Pair,
  open: { sign: Pair; at: number }[],
  out: Draft,
): boolean {
  const opened = open.findLastIndex((o) => o.sign === sign)
  if (opened >= 0) {
    const from = open[opened]?.at ?? 0
    open.splice(opened)
    add(out, { kind: pairs[sign] }, from, out.text.length)
    return true
  }
  const partner = line.indexOf(sign, i + 3)
  if (partner < 0 || /\s/.test(line[i + 2] ?? ' ')) return false
  open.push({ sign, at: out.text.length })
  return true
}

/** Cuts white space off both ends and moves the entities along. */
function trim(body: FormattedText): FormattedText {
  const lead = body.text.length - body.text.trimStart().length
  const text = body.text.trim()
  const entities = body.entities.flatMap((e): Entity[] => {
    const from = Math.max(0, e.offset - lead)
    const to = Math.min(text.length, e.offset + e.length - lead)
    return to > from ? [{ ...e, offset: from, length: to - from }] : []
  })
  return { text, entities }
}

const found = new Set<Entity['kind']>([
  'url',
  'mention',
  'hashtag',
  'cashtag',
  'botCommand',
  'email',
  'phone',
  'bankCard',
])

/** Writes a formatted text back as markup, for editing and drafts. */
export function writeMarkup(body: FormattedText): string {
  const inserts: { at: number; text: string; order: number }[] = []
  for (const e of body.entities) {
    if (found.has(e.kind)) continue
    const [open, close] = signs(e)
    inserts.push({ at: e.offset, text: open, order: -e.length })
    inserts.push({ at: e.offset + e.length, text: close, order: 1e6 + e.length })
  }
  inserts.sort((a, b) => a.at - b.at || close(a) - close(b) || a.order - b.order)
  let source = ''
  let at = 0
  for (const insert of inserts) {
    source += guarded(body, at, insert.at) + insert.text
    at = insert.at
  }
  return quoteLines(source + guarded(body, at, body.text.length))
}

function close(insert: { order: number }): number {
  return insert.order > 0 ? 0 : 1
}

// Stand-ins for quotes while the rest is written; they never come from a message (they are no characters).
const quoteOn = '\uFDD0'
const collapsedOn = '\uFDD1'
const quoteOff = '\uFDD2'

function signs(e: Entity): [string, string] {
  switch (e.kind) {
    case 'pre':
      return [`\`\`\`${e.language}\n`, '\n```']
    case 'code':
      return ['`', '`']
    case 'textLink':
      return ['[', `](${e.url})`]
    case 'textMention':
      return ['[', `](zolal:account/${e.account})`]
    case 'customEmoji':
      return ['[', `](zolal:emoji/${e.emoji})`]
    case 'blockquote':
      return [e.collapsed ? collapsedOn : quoteOn, quoteOff]
    default: {
      const pair = Object.entries(pairs).find(([, kind]) => kind === e.kind)
      return pair ? [pair[0], pair[0]] : ['', '']
    }
  }
}

function guarded(body: FormattedText, from: number, to: number): string {
  const inCode = body.entities.some(
    (e) => (e.kind === 'code' || e.kind === 'pre') && e.offset <= from && e.offset + e.length >= to,
  )
  const text = body.text.slice(from, to)
  if (inCode) return text
  return text.replace(/\*\*|__|\+\+|~~|\|\||`|\[(?=[^\]]+\]\()|(?<=^|\n)>|\\(?=[\\*_+~|`[\]()>])/g, (sign) =>
    [...sign].map((c) => `\\${c}`).join(''),
  )
}

function quoteLines(source: string): string {
  return source.replace(/([\uFDD0\uFDD1])([\s\S]*?)\uFDD2/g, (_, on: string, inner: string) =>
    inner
      .split('\n')
      .map((line) => `${on === collapsedOn ? '>>' : '>'} ${line}`)
      .join('\n'),
  )
}
