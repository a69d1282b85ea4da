// SPDX-License-Identifier: AGPL-3.0-or-later
import { AppError, type ContactsView, type PeopleActions, type PersonView, type Source } from '../../model'
import type { PersonalLink } from '../../model/entry'
import { foldOwn } from '../../model/fold'
import type { AccountId, ChatId } from '../../model/id'
import { Chats, call, People, personalLinkOf, personOf } from '../../wire'
import type { Account } from '../account'
import { applyChatInfo } from '../history'
import { privateName } from '../present/people'
import { type Asker, acting, personAddressOf, settleChat, signedIn } from './asking'

/** Finding and knowing people. */
export function peopleActions(asker: Asker, contacts: Source<ContactsView>): PeopleActions {
  return {
    contacts,
    lookUp: (address) => acting(() => lookUp(asker, address)),
    open: (address) => acting(() => open(asker, address)),
    setContact: (account, name, foundBy) =>
      acting(() => setContact(signedIn(asker), { who: account, name: name.trim(), foundBy })),
    removeContact: (account) => acting(() => removeContact(signedIn(asker), account)),
    mutual: (account) =>
      acting(async () => {
        const { chats } = await call(signedIn(asker).tabs, People.method.mutual, { account })
        return chats.map(({ id, title, members }) => ({ chat: id, title, members }))
      }),
    homes: () => acting(async () => signedIn(asker).mirror.addresses?.addresses ?? []),
    renewLink: () => acting(() => setLink(signedIn(asker), false)),
    removeLink: () => acting(() => setLink(signedIn(asker), true)),
  }
}

async function lookUp(asker: Asker, address: string): Promise<PersonView> {
  const account = signedIn(asker)
  const where = personAddressOf(address)
  const what =
    'personal' in where
      ? ({ case: 'personal', value: where.personal } as const)
      : ({ case: 'name', value: where.name } as const)
  const { person } = await call(account.tabs, Chats.method.resolve, { what })
  if (!person) throw new AppError('NOT_FOUND')
  asker.portraits?.note('account', person.id, personOf(person).photo)
  const { id, name: publicName, username, about } = person
  const { user } = account.mirror
  const name = privateName(user, id) || publicName
  const contact = user?.contacts?.some((c) => c.account === id) ?? false
  return { account: id, name, publicName, username, about, contact }
}

/** By a personal link the chat is asked for with the link: its owner may not be there for strangers else. */
async function open(asker: Asker, address: string): Promise<ChatId> {
  const account = signedIn(asker)
  const where = personAddressOf(address)
  const key = account.keys.make()
  const ask =
    'personal' in where
      ? { key, personal: where.personal }
      : { key, account: (await lookUp(asker, where.name)).account }
  const info = await call(account.tabs, Chats.method.openDirect, ask)
  await account.db.write((w) => applyChatInfo(w, info))
  return settleChat(account, info.id)
}

/** The log says it too, in a moment; what the person did is on screen at once. */
async function setContact(
  account: Account,
  { who, name, foundBy = '' }: { who: AccountId; name: string; foundBy?: string | undefined },
): Promise<void> {
  const where = personAddressOf(foundBy)
  const personal = 'personal' in where ? where.personal : ''
  const key = account.keys.make()
  await call(account.tabs, People.method.setContact, { key, account: who, name, personal })
  await account.db.write(async (w) => {
    const [user, person] = await Promise.all([w.value('user'), w.person(who)])
    if (!user) return
    const known = user.contacts?.find((c) => c.account === who)
    const contact = {
      account: who,
      name,
      seenName: person?.name ?? known?.seenName ?? '',
      seenUsername: person?.username ?? known?.seenUsername ?? '',
      seenPhoto: (person ? person.photo?.hash : known?.seenPhoto) ?? '',
    }
    await w.putValue('user', foldOwn(user, { kind: 'contact', contact, removed: false }))
  })
}

async function removeContact(account: Account, who: AccountId): Promise<void> {
  const key = account.keys.make()
  await call(account.tabs, People.method.setContact, { key, account: who, remove: true })
  await account.db.write(async (w) => {
    const user = await w.value('user')
    const contact = { account: who, name: '', seenName: '', seenUsername: '', seenPhoto: '' }
    if (user) await w.putValue('user', foldOwn(user, { kind: 'contact', contact, removed: true }))
  })
}

async function setLink(account: Account, remove: boolean): Promise<void> {
  const key = account.keys.make()
  const link: PersonalLink = personalLinkOf(
    await call(account.tabs, People.method.setPersonalLink, { key, remove }),
  )
  await account.db.write(async (w) => {
    const user = await w.value('user')
    if (user) await w.putValue('user', foldOwn(user, { kind: 'personalLink', link }))
  })
}
