// SPDX-License-Identifier: AGPL-3.0-or-later
import { AccountDb, type Change, type SessionRow } from '../db'
import type { ChatListView, ContactsView, MeView, Source } from '../model'
import { isIn } from '../model/fold'
import type { AccountId, ChatId, Seq } from '../model/id'
import { Accounts, Chats, type ConnectionState, call, personOf, privacyOf, type Refusal } from '../wire'
import { Account } from './account'
import { applyPeople } from './apply'
import { CIRCLE } from './circle'
import { ContactList } from './contacts'
import type { Env } from './env'
import { applyChatInfo } from './history'
import { refreshContacts } from './known'
import { ChatList } from './list'
import { Live } from './live'
import { MemberReader, MembersSession } from './members'
import { ChatSession } from './open'
import { People } from './present/people'
import type { Fleeting } from './tabs'

/** People asked for by number at once. */
const ASKED_AT_ONCE = 20

export interface InsideEvents {
  readonly chatList: Source<ChatListView>
  readonly contacts: Source<ContactsView>
  connected(state: ConnectionState): void
  fleeting(what: Fleeting): void
  /** One's own state or the outbox changed. */
  changed(): void
  ended(why: Refusal): void
  rungs(rungs: Record<string, string>): void
}

/** All that stands behind the screens while somebody is signed in. */
export class Inside {
  readonly account: Account
  readonly #env: Env
  readonly #session: SessionRow
  readonly #events: InsideEvents
  readonly #live: Live
  readonly #people: People
  readonly #list: ChatList
  readonly #contacts: ContactList
  readonly #members: MemberReader
  readonly #chats = new Set<ChatSession>()
  readonly #memberLists = new Map<MembersSession, ChatId>()
  /** Accounts that were drawn without a name; each is asked for once. */
  readonly #nameless = new Set<AccountId>()
  readonly #asked = new Set<AccountId>()
  readonly #unsubscribe: () => void

  static async open(
    env: Env,
    session: SessionRow,
    rungs: Record<string, string>,
    events: InsideEvents,
  ): Promise<Inside> {
    const live = new Live(env.pace.typing + 1_000)
    let inside: Inside | null = null
    const account = await Account.open(env, session, rungs, {
      state: (state) => inside?.connected(state),
      fleeting: (what) => {
        live.hear(what)
        events.fleeting(what)
      },
      ended: events.ended,
      rungs: events.rungs,
    })
    inside = new Inside({ env, session, events, live, account })
    if (account.state === 'online') inside.connected('online')
    return inside
  }

  private constructor(o: {
    env: Env
    session: SessionRow
    events: InsideEvents
    live: Live
    account: Account
  }) {
    this.#env = o.env
    this.#session = o.session
    this.#events = o.events
    this.#live = o.live
    this.account = o.account
    this.#people = new People(o.account.mirror, o.live, o.session.account, (id) => this.#missing(id))
    this.#list = new ChatList(o.events.chatList, o.account, this.#people, o.live)
    this.#contacts = new ContactList(o.events.contacts, o.account, this.#people, o.live)
    this.#members = new MemberReader(o.account, o.live)
    this.#unsubscribe = o.account.mirror.subscribe((change) => this.#changed(change))
  }

  me(): MeView {
    const { account, username, name, operator } = this.#session
    const { mirror } = this.account
    const user = mirror.user
    const link = user?.personalLink
    const saved = [...mirror.chats.values()].find((row) => row.info.type === 'saved')
    return {
      account,
      name: user?.profile.name || name,
      // Who has given theirs up has none.
      username: user ? user.profile.username : username,
      about: user?.profile.about ?? '',
      operator: user?.operator ?? operator,
      savedMessages: saved?.id ?? 0,
      privacy: user?.privacy ?? privacyOf(undefined),
      link: {
        url: link && !link.removed ? `${this.#env.home}/#/u/${link.token}` : null,
        removed: link?.removed ?? false,
      },
    }
  }

  openChat(chat: ChatId, at: Seq | null): ChatSession {
    const session = new ChatSession(
      {
        account: this.account,
        people: this.#people,
        live: this.#live,
        requests: (info) => this.#requests(info.id),
        suggest: (info, prefix) => this.#members.suggest(info, prefix),
        members: (of) => this.#members.all(of, CIRCLE),
        closed: (closed) => this.#chats.delete(closed),
      },
      chat,
      at,
    )
    this.#chats.add(session)
    return session
  }

  openMembers(chat: ChatId): MembersSession {
    const session = new MembersSession(chat, this.#members)
    this.#memberLists.set(session, chat)
    this.#tellStanding(session, chat)
    return session
  }

  #tellStanding(session: MembersSession, chat: ChatId): void {
    const row = this.account.chat(chat)
    if (row) session.stands(row.info.me.version)
  }

  /** Something was done to people of a chat: lists of them are read again. */
  roomChanged(chat: ChatId): void {
    for (const [session, of] of this.#memberLists) {
      if (session.closed) this.#memberLists.delete(session)
      else if (of === chat) void session.refresh()
    }
    for (const open of this.#chats) if (open.id === chat) void open.refreshRequests()
  }

  connected(state: ConnectionState): void {
    if (state === 'online') {
      void this.#prepare()
      // A tab that came later asks who is online.
      this.account.tabs.tellFleeting({ kind: 'looking', by: '', at: [] })
      for (const chat of this.#chats) void chat.refresh()
    } else this.#live.forget()
    this.#events.connected(state)
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    this.#list.close()
    this.#contacts.close()
    for (const chat of [...this.#chats]) chat.close()
    for (const session of this.#memberLists.keys()) session.close()
    this.#live.forget()
    await this.account.close()
  }

  /**
   * Forgets what is stored of the account. With `keepOutbox` not what was never sent: then it resolves to the
   * name of the database that holds it.
   */
  async forget(keepOutbox: boolean): Promise<string | null> {
    const { name } = this.account.db
    const media = `${name}/media`
    await this.close()
    await AccountDb.delete(media)
    if (keepOutbox) {
      const again = await AccountDb.open(name)
      const left = await again.clearButOutbox()
      again.close()
      if (left > 0) return name
    }
    await AccountDb.delete(name)
    // A tab that has not heard of it may have kept there what was sent.
    await AccountDb.delete(media)
    return null
  }

  #changed(change: Change): void {
    for (const id of change.chats) {
      const row = this.account.chat(id)
      if (row?.last) this.#live.wrote(id, row.last.author)
    }
    for (const [session, chat] of this.#memberLists) {
      if (change.chats.includes(chat)) this.#tellStanding(session, chat)
    }
    if (change.people.length > 0) this.#list.redraw()
    if (change.outbox.length > 0 || change.values.includes('user') || change.chats.length > 0)
      this.#events.changed()
  }

  /** Needs a connection once: one's saved messages, and how big the chats are one is invited to. */
  async #prepare(): Promise<void> {
    const { account } = this
    try {
      const rows = [...account.mirror.chats.values()]
      if (!rows.some((row) => row.info.type === 'saved')) {
        const key = account.keys.make()
        const info = await call(account.tabs, Chats.method.openDirect, { key, account: account.me })
        await account.db.write((w) => applyChatInfo(w, info))
      }
      for (const { chat } of account.mirror.user?.invitations ?? []) {
        const info = await call(account.tabs, Chats.method.get, { chat })
        this.#list.noteInvited(chat, info.members)
      }
      await refreshContacts(account)
      await this.#askNames()
    } catch {
      // The next connection tries again.
    }
  }

  async #requests(chat: ChatId): Promise<number> {
    const row = this.account.chat(chat)
    if (!row || !isIn(row.info.me.role)) return 0
    const { role } = row.info.me
    if (role !== 'owner' && role !== 'admin') return 0
    const { requests } = await call(this.account.tabs, Chats.method.joinRequests, { chat })
    return requests.length
  }

  #missing(account: AccountId): void {
    if (account === 0 || this.#asked.has(account)) return
    this.#nameless.add(account)
    if (this.#nameless.size === 1) setTimeout(() => void this.#askNames(), this.#env.pace.resync)
  }

  async #askNames(): Promise<void> {
    if (this.account.state !== 'online') return
    const wanted = [...this.#nameless].slice(0, ASKED_AT_ONCE)
    for (const id of wanted) {
      this.#nameless.delete(id)
      this.#asked.add(id)
    }
    const answers = await Promise.allSettled(
      wanted.map((id) => call(this.account.tabs, Accounts.method.person, { account: id })),
    )
    const people = answers.flatMap((a) => (a.status === 'fulfilled' ? [personOf(a.value)] : []))
    if (people.length > 0) await this.account.db.write((w) => applyPeople(w, people)).catch(() => {})
    if (this.#nameless.size > 0) await this.#askNames()
  }
}
