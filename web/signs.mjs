// SPDX-License-Identifier: AGPL-3.0-or-later
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

/*
 * Makes what the emoji picker shows and finds out of Unicode's own data: the signs by their groups, and of
 * each the words by which it is called in Persian and English. `npm run signs` after an update of the packages.
 */

const need = createRequire(import.meta.url)
const TO = resolve(import.meta.dirname, 'src/ui/composer/signs')

const groups = {
  'Smileys & Emotion': 'smileys',
  'People & Body': 'people',
  'Animals & Nature': 'nature',
  'Food & Drink': 'food',
  Activities: 'activities',
  'Travel & Places': 'travel',
  Objects: 'things',
  Symbols: 'signs',
  Flags: 'flags',
}
/** Behind a sign that has skin tones. */
const TONED = '*'
/** Flags of countries: what they are called is known to the browser. */
const country = /^[\u{1f1e6}-\u{1f1ff}]{2}$/u

const all = need('unicode-emoji-json/data-by-group.json')
const listed = Object.entries(groups).map(([name, to]) => {
  const { emojis } = all.find((group) => group.name === name)
  return [to, emojis]
})

const signOf = new Map(listed.flatMap(([, signs]) => signs.map(({ name, emoji }) => [name, emoji])))

function annotations(language) {
  const file = need(`cldr-annotations-full/annotations/${language}/annotations.json`)
  return file.annotations.annotations
}

/** The words of a sign, the name first; those of its parts where it has none of its own. */
function wordsOf(known, sign, name) {
  const bare = (text) => text.replaceAll('\ufe0f', '')
  const own = known[sign] ?? known[bare(sign)]
  // "family man, woman, girl" is a family too: what a name begins with may be a sign of its own.
  const called = name.split(' ')
  const [whole] = called.flatMap((_, i) => signOf.get(called.slice(0, -i - 1).join(' ')) ?? [])
  const parts = own ? [own] : [whole, ...bare(sign).split('\u200d')].flatMap((part) => known[part] ?? [])
  const words = parts.flatMap(({ tts = [], default: others = [] }) => [...tts, ...others])
  const text = [...new Set(words.length > 0 ? words : [name])].join('|')
  return text.replace(/[\u200e\u200f\u202a-\u202e]/g, '')
}

/** What the files hold, by their names. */
export function made() {
  const list = Object.fromEntries(
    listed.map(([group, signs]) => [
      group,
      signs.map((sign) => sign.emoji + (sign.skin_tone_support ? TONED : '')).join(' '),
    ]),
  )
  const files = { list }
  for (const language of ['fa', 'en']) {
    const known = annotations(language)
    files[language] = listed.flatMap(([, signs]) =>
      signs.map(({ emoji, name }) => (country.test(emoji) ? '' : wordsOf(known, emoji, name))),
    )
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, what]) => [`${name}.json`, `${JSON.stringify(what, null, 1)}\n`]),
  )
}

export const kept = (name) => readFileSync(resolve(TO, name), 'utf8')

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of Object.entries(made())) writeFileSync(resolve(TO, name), text)
}
