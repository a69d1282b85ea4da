// SPDX-License-Identifier: AGPL-3.0-or-later

/** White space and marks of direction: drawn otherwise than written, or not drawn at all. */
const unseen = /[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** UTF-16 units of a quote, as the server takes them. */
const longest = 1024

/** The part of a text that was selected where it is drawn; null when it is not of it, or too long. */
export function partOf(text: string, selected: string): string | null {
  const places: number[] = []
  let seen = ''
  for (let i = 0; i < text.length; i++) {
    const sign = text.charAt(i)
    if (unseen.test(sign)) continue
    places.push(i)
    seen += sign
  }
  const wanted = [...selected].filter((sign) => !unseen.test(sign)).join('')
  const at = wanted === '' ? -1 : seen.indexOf(wanted)
  const [from, to] = [places[at], places[at + wanted.length - 1]]
  if (from === undefined || to === undefined || to - from >= longest) return null
  return text.slice(from, to + 1)
}
