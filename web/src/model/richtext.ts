// SPDX-License-Identifier: AGPL-3.0-or-later
import { detect } from './detect'
import { type Direction, hasRtl, isolated, readingDirection } from './direction'
import type { Entity, FormattedText } from './message'

/** A run of text with one look. */
export interface Piece {
  readonly text: string
  readonly bold: boolean
  readonly italic: boolean
  /** Emphasis on letters that are never slanted: Persian, Arabic, Hebrew. */
  readonly upright: boolean
  readonly underline: boolean
  readonly strike: boolean
  readonly code: boolean
  /** The custom emoji's own name when this is one: drawn as the emoji it stands for. */
  readonly customEmoji: boolean
}

/** Pieces that act as one: a link, a mention, a spoiler, or plain text. */
export interface Span {
  readonly action: Entity | null
  readonly spoiler: number | null
  readonly pieces: readonly Piece[]
}

/** One line as it was written: a paragraph with a direction of its own. */
export interface Line {
  /** null: nothing in it has a direction. */
  readonly direction: Direction | null
  readonly spans: readonly Span[]
}

export type Block =
  | { readonly kind: 'text'; readonly lines: readonly Line[] }
  | { readonly kind: 'quote'; readonly collapsed: boolean; readonly lines: readonly Line[] }
  | { readonly kind: 'pre'; readonly language: string; readonly text: string }

const actions = new Set<Entity['kind']>([
  'textLink',
  'url',
  'mention',
  'textMention',
  'hashtag',
  'cashtag',
  'botCommand',
  'email',
  'phone',
  'bankCard',
])

/** Cuts a formatted text into what is drawn, top to bottom. Entities outside the text are ignored. */
export function blocksOf(body: FormattedText): Block[] {
  const { text } = body
  const entities = body.entities.filter(
    (e) => e.length > 0 && e.offset >= 0 && e.offset + e.length <= text.length,
  )
  const wholes = entities
    .filter((e) => e.kind === 'pre' || e.kind === 'blockquote')
    .sort((a, b) => a.offset - b.offset || b.length - a.length)
  const blocks: Block[] = []
  let at = 0
  for (const whole of wholes) {
    if (whole.offset < at) continue // nested in the one before
    pushText(blocks, text, entities, at, whole.offset)
    at = whole.offset + whole.length
    if (whole.kind === 'pre') {
      blocks.push({ kind: 'pre', language: whole.language, text: text.slice(whole.offset, at) })
    } else if (whole.kind === 'blockquote') {
      const lines = linesOf(text, entities, whole.offset, at)
      blocks.push({ kind: 'quote', collapsed: whole.collapsed, lines })
    }
  }
  pushText(blocks, text, entities, at, text.length)
  return blocks
}

function pushText(
  blocks: Block[],
  text: string,
  entities: readonly Entity[],
  from: number,
  to: number,
): void {
  let [start, end] = [from, to]
  // The line breaks around a block are drawn by the block itself.
  if (blocks.length > 0 && text[start] === '\n') start++
  if (to < text.length && end > start && text[end - 1] === '\n') end--
  if (end > start) blocks.push({ kind: 'text', lines: linesOf(text, entities, start, end) })
}

/** The lines between two places, each without the break that ends it. */
function linesOf(text: string, entities: readonly Entity[], start: number, end: number): Line[] {
  const lines: Line[] = []
  for (let from = start; from <= end; ) {
    const newline = text.indexOf('\n', from)
    const to = newline < 0 ? end : Math.min(newline, end)
    const direction = readingDirection(text, entities, from, to)
    lines.push({ direction, spans: to > from ? spansOf(text, entities, from, to) : [] })
    from = to + 1
  }
  return lines
}

function spansOf(text: string, entities: readonly Entity[], start: number, end: number): Span[] {
  const inside = entities.filter((e) => e.offset < end && e.offset + e.length > start)
  const spans: { action: Entity | null; spoiler: number | null; pieces: Piece[] }[] = []
  for (const [from, to] of cuts(inside, start, end)) {
    const here = inside.filter((e) => e.offset <= from && e.offset + e.length >= to)
    const action = here.find((e) => actions.has(e.kind)) ?? null
    const spoiler = here.find((e) => e.kind === 'spoiler')?.offset ?? null
    const last = spans.at(-1)
    const piece = pieceOf(text.slice(from, to), here)
    if (last && last.action === action && last.spoiler === spoiler) last.pieces.push(piece)
    else spans.push({ action, spoiler, pieces: [piece] })
  }
  return spans
}

/** Ranges between all the places where something begins or ends. */
function cuts(entities: readonly Entity[], start: number, end: number): [number, number][] {
  const at = new Set([start, end])
  for (const e of entities) {
    if (e.offset > start && e.offset < end) at.add(e.offset)
    if (e.offset + e.length > start && e.offset + e.length < end) at.add(e.offset + e.length)
  }
  const places = [...at].sort((a, b) => a - b)
  return places.slice(1).map((to, i) => [places[i] ?? start, to])
}

function pieceOf(text: string, here: readonly Entity[]): Piece {
  const has = (kind: Entity['kind']) => here.some((e) => e.kind === kind)
  return {
    text,
    bold: has('bold'),
    italic: has('italic') && !hasRtl(text),
    upright: has('italic') && hasRtl(text),
    underline: has('underline'),
    strike: has('strike'),
    code: has('code'),
    customEmoji: has('customEmoji'),
  }
}

const emoji =
  /^(?:\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic})*|\p{RI}{2})+$/u

/** How many emoji a text consists of, if of nothing else and at most three; else 0. */
export function jumboEmoji(body: FormattedText): number {
  const text = body.text.replace(/\s/g, '')
  if (text.length === 0 || text.length > 40 || !emoji.test(text)) return 0
  const count = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].length
  return count <= 3 ? count : 0
}

/**
 * Where an address of our own leads in the app, null if nowhere: zolal://join/TOKEN is an invite link,
 * zolal://u/TOKEN somebody's personal link and zolal://NAME a public name, on whatever server the reader is.
 */
function placeOf(address: string): string | null {
  const [, kind, token, name] = /^zolal:\/\/(?:(join|u)\/([\w-]+)|(\w+))\/?$/i.exec(address) ?? []
  if (token) return `#/${kind?.toLowerCase()}/${token}`
  return name ? `#/join/@${name}` : null
}

/** Where a tap on an action leads, when it is an address: out by a known scheme, or into the app (#). */
export function hrefOf(action: Entity, text: string): string | null {
  if (action.kind === 'email') return `mailto:${text}`
  if (action.kind === 'phone') return `tel:${text.replace(/[^+\d]/g, '')}`
  if (action.kind !== 'url' && action.kind !== 'textLink') return null
  const raw = action.kind === 'textLink' ? action.url : text
  if (/^zolal:/i.test(raw)) return placeOf(raw)
  const address = /^[a-z][a-z0-9+.-]*:/i.test(raw) ? raw : `https://${raw}`
  return /^(https?|mailto|tel|tg):/i.test(address) ? address : null
}

/** One line for lists and bars: line breaks as spaces, spoilers covered. */
export function lineOf({ text: said, entities }: FormattedText, limit = 160): string {
  let text = said
  for (const e of entities) {
    if (e.kind !== 'spoiler') continue
    text =
      text.slice(0, e.offset) +
      text.slice(e.offset, e.offset + e.length).replace(/\S/g, '▒') +
      text.slice(e.offset + e.length)
  }
  return isolated(text, entities).replace(/\s+/g, ' ').trim().slice(0, limit)
}

/** The same of a text whose entities nobody keeps, such as a draft. */
export const plainLine = (text: string) => lineOf({ text, entities: detect(text) })

/** The direction of such a line; undefined, that of the page, where it has none. */
export const directionOfLine = (line: string) => readingDirection(line, detect(line)) ?? undefined
