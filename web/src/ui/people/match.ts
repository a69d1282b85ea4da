// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ContactView } from '../../model'
import { Query } from '../../model/words'

/** Whether a name is found by what is looked for: by its words, or by its signs (🔥) where it has no words. */
export function namedBy(words: string): (name: string) => boolean {
  const query = new Query(words, true)
  if (!query.empty) return (name) => query.match(name) !== null
  const signs = plain(words)
  return (name) => plain(name).includes(signs)
}

/** Signs come with and without what asks for their picture. */
const plain = (text: string) => text.replaceAll('\ufe0f', '').replace(/\s+/g, ' ').trim()

/** The contacts that a search finds: by either name, or the username. All, where nothing is looked for. */
export function matching(contacts: readonly ContactView[], words: string): readonly ContactView[] {
  const isNamed = namedBy(words)
  return contacts.filter((c) => [c.name, c.publicName, c.username].some(isNamed))
}

/** What may be a link of ours in place of a name, with its scheme, which people leave out; null for words. */
export function linkIn(words: string): string | null {
  const text = words.trim()
  if (!/^[^\s#]+\/#(\/|\w+=)\S+$/.test(text)) return null
  return /^https?:\/\//i.test(text) ? text : `${location.protocol}//${text}`
}
