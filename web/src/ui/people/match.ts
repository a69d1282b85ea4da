// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ContactView } from '../../model'
import { normalised } from '../../model/normal'
import type { Route } from '../state/route.svelte'

/** The contacts that a normalised search finds: by either name, or the username. */
export function matching(contacts: readonly ContactView[], wanted: string): readonly ContactView[] {
  if (wanted === '') return contacts
  const bare = wanted.replace(/^@/, '')
  return contacts.filter((c) =>
    [c.name, c.publicName, c.username].some((text) => normalised(text).includes(bare)),
  )
}

/** Where a link of this server leads that was typed or pasted; null where the words are none. */
export function placeIn(words: string): Route | null {
  const [, what, address] = /#\/(u|join)\/@?([\w-]{5,64})$/.exec(words.trim()) ?? []
  if (!address) return null
  return { at: what === 'u' ? 'person' : 'join', address }
}
