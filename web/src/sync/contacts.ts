// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Change } from '../db'
import type { ContactsView, ContactView, Source } from '../model'
import type { Account } from './account'
import type { Live } from './live'
import type { People } from './present/people'

/** One's contacts by name, drawn again when something of them changed. */
export class ContactList {
  readonly #view: Source<ContactsView>
  readonly #account: Account
  readonly #people: People
  readonly #order = new Intl.Collator(['fa', 'en'], { sensitivity: 'base', numeric: true })
  readonly #unsubscribe: (() => void)[]
  #planned = false

  constructor(view: Source<ContactsView>, account: Account, people: People, live: Live) {
    this.#view = view
    this.#account = account
    this.#people = people
    this.#unsubscribe = [
      account.mirror.subscribe((change) => this.#changed(change)),
      live.subscribe(() => this.#plan()),
    ]
    this.#draw()
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #changed(change: Change): void {
    if (change.people.length > 0 || change.values.includes('user')) this.#plan()
  }

  #plan(): void {
    if (this.#planned) return
    this.#planned = true
    queueMicrotask(() => {
      this.#planned = false
      this.#draw()
    })
  }

  #draw(): void {
    const { user } = this.#account.mirror
    const contacts = (user?.contacts ?? []).map(({ account, name: privateName }): ContactView => {
      const people = this.#people
      return {
        account,
        name: people.name(account),
        privateName,
        publicName: people.publicName(account),
        username: people.username(account),
        presence: people.presence(account),
        change: people.change(account),
      }
    })
    contacts.sort((a, b) => this.#order.compare(a.name, b.name) || a.account - b.account)
    const next: ContactsView = { state: user ? 'ready' : 'loading', contacts }
    if (JSON.stringify(next) !== JSON.stringify(this.#view.get())) this.#view.set(next)
  }
}
