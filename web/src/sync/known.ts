// SPDX-License-Identifier: AGPL-3.0-or-later
import { call, People, personOf } from '../wire'
import type { Account } from './account'
import { applyPeople } from './apply'

/** Rows of contacts in one answer. */
const PAGE = 200

/** Reads how one's contacts show themselves now. */
export async function refreshContacts(account: Account): Promise<void> {
  for (let after = 0; ; ) {
    const { contacts } = await call(account.tabs, People.method.contacts, { after, limit: PAGE })
    const people = contacts.flatMap((row) => (row.person ? [personOf(row.person)] : []))
    if (people.length > 0) await account.db.write((w) => applyPeople(w, people))
    if (contacts.length < PAGE) return
    after = contacts.at(-1)?.contact?.account ?? 0
  }
}
