// SPDX-License-Identifier: AGPL-3.0-or-later
import { type MembersView, type MemberView, type OpenMembers, type PresenceView, Source } from '../model'
import type { ChatRecord } from '../model/entry'
import type { AccountId, ChatId } from '../model/id'
import { Chats, call, memberOf, personOf, type WireRole } from '../wire'
import type { Account } from './account'
import { applyPeople } from './apply'
import type { Live } from './live'
import { privateName } from './present/people'
import { adminRightsOf, memberRightsOf, roleOf, taken } from './present/rights'

const PAGE = 100
const SUGGESTED = 8

/** Which members of a chat are meant; those of no role and no restriction are all who are in it. */
export interface MemberPage {
  readonly query?: string
  /** The last one seen. */
  readonly after?: AccountId
  readonly limit: number
  readonly role?: WireRole
  readonly restricted?: boolean
}

/** Pages of a chat's members; used by the list of members, by suggestions and by what staff looks at. */
export class MemberReader {
  readonly #account: Account
  readonly #live: Live | null

  /** Without `live` only what the server just said tells who is online. */
  constructor(account: Account, live: Live | null) {
    this.#account = account
    this.#live = live
  }

  async read(chat: ChatId, page: MemberPage): Promise<MemberView[]> {
    const answer = await call(this.#account.tabs, Chats.method.members, { chat, ...page })
    const people = answer.members.flatMap((row) => (row.person ? [personOf(row.person)] : []))
    await this.#account.db.write((w) => applyPeople(w, people))
    const known = new Map(people.map((p) => [p.id, p]))
    const now = this.#account.now()
    const defaults = this.#account.chat(chat)?.info.defaults ?? 0
    return answer.members.map((row) => {
      const member = memberOf(row.member)
      const person = known.get(member.account)
      const online = person?.online || this.#live?.online(member.account)
      const seen = person?.lastSeen ?? 0
      const presence: PresenceView = online
        ? { kind: 'online' }
        : seen > 0
          ? { kind: 'lastSeen', at: seen }
          : { kind: 'hidden' }
      return {
        account: member.account,
        name: privateName(this.#account.mirror.user, member.account) || (person?.name ?? ''),
        publicName: person?.name ?? '',
        username: person?.username ?? '',
        role: roleOf(member, now),
        adminRights: adminRightsOf(member),
        allowed: memberRightsOf(defaults & ~taken(member, now)),
        until: member.until || null,
        note: member.note ?? '',
        presence,
      }
    })
  }

  /** The accounts of everybody in a chat, as far as so many. */
  async all(chat: ChatId, most: number): Promise<readonly AccountId[]> {
    const found: AccountId[] = []
    for (let more = true; more && found.length < most; ) {
      const page = await this.read(chat, { after: found.at(-1) ?? 0, limit: PAGE })
      found.push(...page.map((member) => member.account))
      more = page.length === PAGE
    }
    return found.slice(0, most)
  }

  /** The members whose name or username begins so; nobody where one may not see them. */
  async suggest(chat: ChatRecord, prefix: string): Promise<readonly MemberView[]> {
    if (chat.type !== 'group') return []
    const found = await this.read(chat.id, { query: prefix, limit: SUGGESTED }).catch(() => [])
    return found.filter((member) => member.account !== this.#account.me)
  }
}

/** The list of members on screen: who is in the chat. */
export class MembersSession implements OpenMembers {
  readonly view = new Source<MembersView>({ state: 'loading', members: [], more: true })
  readonly #chat: ChatId
  readonly #reader: MemberReader
  #query = ''
  /** Answers to an older filter are not shown. */
  #round = 0
  #loading: Promise<void> | null = null
  #closed = false
  #version: number | null = null

  constructor(chat: ChatId, reader: MemberReader) {
    this.#chat = chat
    this.#reader = reader
    void this.#restart()
  }

  filter(words: string): void {
    if (words === this.#query) return
    this.#query = words
    void this.#restart()
  }

  /** Reads the list anew, after something was done to somebody in it. */
  refresh(): Promise<void> {
    return this.#restart()
  }

  loadMore(): Promise<void> {
    this.#loading ??= this.#load(this.#round).finally(() => {
      this.#loading = null
    })
    return this.#loading
  }

  /** Tells this person's own standing: where it changed, somebody else may be the owner. */
  stands(version: number): void {
    const before = this.#version
    this.#version = version
    if (before !== null && before !== version) void this.#restart()
  }

  /** Whether the list has left the screen. */
  get closed(): boolean {
    return this.#closed
  }

  close(): void {
    this.#closed = true
    this.#round++
  }

  async #restart(): Promise<void> {
    if (this.#closed) return
    const round = ++this.#round
    await this.#load(round, true)
  }

  async #load(round: number, fresh = false): Promise<void> {
    const before = fresh ? [] : this.view.get().members
    if (!fresh && !this.view.get().more) return
    const after = before.at(-1)?.account ?? 0
    const query = this.#query
    const page = await this.#reader.read(this.#chat, { query, after, limit: PAGE }).catch(() => null)
    if (round !== this.#round) return
    if (!page) {
      this.view.set({ state: 'ready', members: before, more: false })
      return
    }
    this.view.set({ state: 'ready', members: [...before, ...page], more: page.length === PAGE })
  }
}
