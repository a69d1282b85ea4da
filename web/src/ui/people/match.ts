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
