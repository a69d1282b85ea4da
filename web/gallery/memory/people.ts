// SPDX-License-Identifier: AGPL-3.0-or-later
import { AppError, type ContactsView, type ContactView, type PeopleActions, Source } from '../../src/model'
import { people } from './fixture'

/** People who are found and known, in memory. */
export function memoryPeople(openDirect: (account: number) => Promise<number>): PeopleActions {
  const contact = (i: number, privateName: string): ContactView => {
    const { account = 2, name = '', username = '' } = people[i] ?? {}
    const shown = privateName || name
    return {
      account,
      name: shown,
      privateName,
      publicName: name,
      username,
      presence: { kind: 'hidden' },
      change: i === 2 ? { name: { from: 'Ali', to: name }, username: null, photo: false } : null,
    }
  }
  const contacts = new Source<ContactsView>({
    state: 'ready',
    contacts: [contact(0, 'خواهر کوچک'), contact(1, ''), contact(2, '')],
  })
  const find = async (address: string) => {
    const found = people.find((p) => p.username === address.replace(/^@/, ''))
    if (!found) throw new AppError('NOT_FOUND')
    return found
  }
  return {
    contacts,
    async lookUp(address) {
      const { account, name, username } = await find(address)
      return { account, name, publicName: name, username, about: '', contact: false }
    },
    open: async (address) => openDirect((await find(address)).account),
    async setContact(account, privateName) {
      contacts.update((view) => ({
        ...view,
        contacts: view.contacts.map((c) =>
          c.account === account ? { ...c, privateName, name: privateName || c.publicName, change: null } : c,
        ),
      }))
    },
    async removeContact(account) {
      contacts.update((view) => ({
        ...view,
        contacts: view.contacts.filter((c) => c.account !== account),
      }))
    },
    mutual: async () => [{ chat: 101, title: 'کوه‌نوردان', members: 12 }],
    homes: async () => [],
    renewLink: async () => {},
    removeLink: async () => {},
  }
}
