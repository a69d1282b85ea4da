// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ContactView } from '../../model'
import { Query } from '../../model/words'

/** The contacts that a search finds: by either name, or the username. All, where nothing is looked for. */
export function matching(contacts: readonly ContactView[], words: string): readonly ContactView[] {
  const query = new Query(words, true)
  if (query.empty) return contacts
  return contacts.filter((c) => [c.name, c.publicName, c.username].some((text) => query.match(text)))
}

/** What may be a link of ours in place of a name, with its scheme, which people leave out; null for words. */
export function linkIn(words: string): string | null {
  const text = words.trim()
  if (!/^[^\s#]+\/#(\/|\w+=)\S+$/.test(text)) return null
  return /^https?:\/\//i.test(text) ? text : `${location.protocol}//${text}`
}
