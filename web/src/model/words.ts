// SPDX-License-Identifier: AGPL-3.0-or-later
import { foldLetter } from './normal'

/**
 * Words as searches see them. The server finds by the same: testdata/vectors/words.json holds what both must
 * agree on. What has no network, and chats that no server can read, are searched here.
 */

/** Bounds of what a search looks at. */
const WORD_LETTERS = 64
const QUERY_WORDS = 16
const RUN = 3
const MIN_PREFIX = 2

const HALF_SPACE = '\u200c'

/** What parts of Persian words people write with a half-space, with a space, or with neither; folded. */
const before = new Set(['می', 'نمی', 'بی'])
const behind = new Set('ها های هایی هایم هایت هایش هایمان هایشان ای ام ات اش ایم اید اند تر ترین'.split(' '))

export interface WordRange {
  readonly start: number
  readonly end: number
}

interface Word extends WordRange {
  readonly text: string
}

/** What parts a run of letters from the one before, the widest there is. */
enum Gap {
  None,
  Half,
  Space,
  Mark,
}

interface Part extends Word {
  readonly gap: Gap
}

function cut(word: string): string {
  const letters = [...word]
  return letters.length > WORD_LETTERS ? letters.slice(0, WORD_LETTERS).join('') : word
}

/** Cuts a text into runs of letters, folded. */
function partsOf(text: string): Part[] {
  const parts: Part[] = []
  let run = ''
  let at = 0
  let start = 0
  let end = 0
  let gap = Gap.Mark
  const flush = () => {
    if (run === '') return
    parts.push({ text: cut(run), start, end, gap })
    run = ''
    gap = Gap.None
  }
  for (const letter of text) {
    const to = foldLetter(letter)
    if (letter === HALF_SPACE) {
      flush()
      gap = Math.max(gap, Gap.Half)
    } else if (to === '') {
      if (run !== '') end = at + letter.length
    } else if (to === null) {
      flush()
      gap = /\s/.test(letter) ? Math.max(gap, Gap.Space) : Gap.Mark
    } else {
      if (run === '') start = at
      end = at + letter.length
      run += to
    }
    at += letter.length
  }
  flush()
  return parts
}

/** Writes neighbouring parts as one word. */
function joined(parts: readonly Part[]): Word {
  const text = cut(parts.map((part) => part.text).join(''))
  return { text, start: parts[0]?.start ?? 0, end: parts.at(-1)?.end ?? 0 }
}

/** The words by which a text is found: runs of letters, and those that belong together written as one. */
function wordsOf(text: string): Word[] {
  const parts = partsOf(text)
  const words: Word[] = []
  parts.forEach((part, i) => {
    words.push(part)
    for (let j = i + 1; parts[j]?.gap === Gap.Half; j++) {
      const whole = part.gap !== Gap.Half && parts[j + 1]?.gap !== Gap.Half
      if (whole || j - i < RUN) words.push(joined(parts.slice(i, j + 1)))
    }
    const last = parts[i - 1]
    if (last && part.gap === Gap.Space && (before.has(last.text) || behind.has(part.text))) {
      words.push(joined([last, part]))
    }
  })
  return words
}

interface Term {
  readonly text: string
  /** Every word that begins so. */
  readonly prefix: boolean
}

/** What is asked for: of every word, one of its ways has to be in the text. */
export class Query {
  readonly #terms: readonly (readonly Term[])[]

  /** Of names every word may be the beginning of one; of messages the last alone, as the server has it. */
  constructor(text: string, names = false) {
    const parts = partsOf(text).slice(0, QUERY_WORDS)
    this.#terms = parts.map((_, i) => {
      const ways: Term[] = []
      for (let length = 1; length <= Math.min(RUN, parts.length); length++) {
        for (let from = Math.max(0, i - length + 1); from <= i && from + length <= parts.length; from++) {
          const word = joined(parts.slice(from, from + length)).text
          const last = from + length === parts.length && [...word].length >= MIN_PREFIX
          ways.push({ text: word, prefix: names || last })
        }
      }
      return ways
    })
  }

  /** There is nothing in it to look for. */
  get empty(): boolean {
    return this.#terms.length === 0
  }

  /** Where the words stand in a text, ascending, without overlaps; null where it does not have them all. */
  match(text: string): WordRange[] | null {
    const met = this.#terms.map(() => false)
    const found: WordRange[] = []
    for (const { text: word, start, end } of wordsOf(text)) {
      let hit = false
      this.#terms.forEach((ways, i) => {
        if (!ways.some((way) => word === way.text || (way.prefix && word.startsWith(way.text)))) return
        met[i] = true
        hit = true
      })
      if (hit) found.push({ start, end })
    }
    return met.includes(false) ? null : merged(found)
  }
}

function merged(ranges: WordRange[]): WordRange[] {
  const out: WordRange[] = []
  for (const range of ranges.sort((a, b) => a.start - b.start)) {
    const last = out.at(-1)
    if (last && range.start < last.end) {
      out[out.length - 1] = { start: last.start, end: Math.max(last.end, range.end) }
    } else {
      out.push(range)
    }
  }
  return out
}
