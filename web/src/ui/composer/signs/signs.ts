// SPDX-License-Identifier: AGPL-3.0-or-later
import { normalised } from '../../../model/normal'
import list from './list.json'

export type SignGroup = keyof typeof list

export interface Sign {
  readonly text: string
  /** There are forms of it in five colours of skin. */
  readonly toned: boolean
}

export interface Group {
  readonly group: SignGroup
  readonly signs: readonly Sign[]
}

const TONED = '*'
const TONES = ['\u{1f3fb}', '\u{1f3fc}', '\u{1f3fd}', '\u{1f3fe}', '\u{1f3ff}']

/** All signs, in the order of Unicode. */
export const groups: readonly Group[] = Object.entries(list).map(([group, row]) => ({
  group: group as SignGroup,
  signs: row.split(' ').map((text) => {
    const toned = text.endsWith(TONED)
    return { text: toned ? text.slice(0, -1) : text, toned }
  }),
}))

/** A sign without a tone, and in each of them. People who stand together have the same. */
export function formsOf(sign: string): readonly string[] {
  // Two who hold hands: their hands are no third person.
  const bodies =
    /(?<!\u200d)\p{Emoji_Modifier_Base}\ufe0f?|\u200d(?!\u{1f91d})\p{Emoji_Modifier_Base}\ufe0f?/gu
  const inTone = (tone: string) => sign.replace(bodies, (body) => body.replace('\ufe0f', '') + tone)
  return [sign, ...TONES.map(inTone)]
}

const FIRST_LETTER = 0x1f1e6

/** The name of a country by its flag; empty where it is none. */
function countryOf(sign: string, names: Intl.DisplayNames): string {
  const letters = [...sign].map((letter) => (letter.codePointAt(0) ?? 0) - FIRST_LETTER)
  if (letters.length !== 2 || letters.some((letter) => letter < 0 || letter > 25)) return ''
  const code = String.fromCharCode(...letters.map((letter) => letter + 65))
  return names.of(code) ?? code
}

export type SignLanguage = 'fa' | 'en'

const files = {
  fa: () => import('./fa.json'),
  en: () => import('./en.json'),
} as const
const FLAG = { fa: 'پرچم', en: 'flag' } as const

/** The language words are written in, of those that signs have names in. */
export function languageOf(words: string): SignLanguage {
  return /[a-z]/i.test(words) ? 'en' : 'fa'
}

/** Finds signs by the words they are called by. */
export class SignFinder {
  readonly #lines: readonly { readonly sign: Sign; readonly text: string }[]

  constructor(lines: readonly string[], language: SignLanguage) {
    const signs = groups.flatMap((group) => group.signs)
    const countries = new Intl.DisplayNames(language, { type: 'region' })
    this.#lines = signs.map((sign, i) => {
      const named = lines[i] || `${FLAG[language]} ${countryOf(sign.text, countries)}`
      return { sign, text: ` ${normalised(named)}` }
    })
  }

  static async load(language: SignLanguage): Promise<SignFinder> {
    const { default: lines } = await files[language]()
    return new SignFinder(lines, language)
  }

  /** Those of which every word that is asked for begins a word; first those that are called so. */
  find(words: string): readonly Sign[] {
    const asked = normalised(words)
      .split(' ')
      .filter((word) => word !== '')
    if (asked.length === 0) return []
    const hits = this.#lines.filter(({ text }) => asked.every((word) => text.includes(` ${word}`)))
    const first = asked.join(' ')
    const called = hits.filter(({ text }) => text.startsWith(` ${first}`))
    return [...new Set([...called, ...hits])].map(({ sign }) => sign)
  }
}
