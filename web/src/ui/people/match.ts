// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ContactView } from '../../model'
import { normalised } from '../../model/normal'

/** The contacts that a normalised search finds: by either name, or the username. */
export function matching(contacts: readonly ContactView[], wanted: string): readonly ContactView[] {
  if (wanted === '') return contacts
  const bare = wanted.replace(/^@/, '')
  return contacts.filter((c) =>
    [c.name, c.publicName, c.username].some((text) => normalised(text).includes(bare)),
  )
}

/** What may be a link of ours in place of a name, with its scheme, which people leave out; null for words. */
export function linkIn(words: string): string | null {
  const text = words.trim()
  if (!/^[^\s#]+\/#(\/|\w+=)\S+$/.test(text)) return null
  return /^https?:\/\//i.test(text) ? text : `${location.protocol}//${text}`
}
