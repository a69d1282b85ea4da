// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountId, ChatId, Ms } from '../model/id'
import type { Fleeting } from './tabs'

interface Busy {
  readonly recording: boolean
  readonly timer: ReturnType<typeof setTimeout>
}

/** What is true only for a moment: who is typing or recording, who is online. Every tab keeps its own. */
export class Live {
  readonly #typing = new Map<ChatId, Map<AccountId, Busy>>()
  readonly #online = new Map<AccountId, boolean>()
  readonly #lastSeen = new Map<AccountId, Ms>()
  readonly #listeners = new Set<() => void>()
  readonly #lasting: Ms

  /** `lasting` is how long one typing signal is shown without another. */
  constructor(lasting: Ms) {
    this.#lasting = lasting
  }

  hear(what: Fleeting): void {
    if (what.kind === 'typing') {
      if (what.stopped) this.#stopTyping(what.chat, what.account)
      else this.#startTyping(what)
    } else if (what.kind === 'presence') {
      this.#online.set(what.account, what.online)
      if (what.at > 0) this.#lastSeen.set(what.account, what.at)
    } else return
    this.#tell()
  }

  /** Somebody whose message came is not typing it any more. */
  wrote(chat: ChatId, account: AccountId): void {
    if (!this.#typing.get(chat)?.has(account)) return
    this.#stopTyping(chat, account)
    this.#tell()
  }

  typing(chat: ChatId): AccountId[] {
    return [...(this.#typing.get(chat)?.keys() ?? [])]
  }

  /** Whether everybody who is busy in a chat records a voice message. */
  recording(chat: ChatId): boolean {
    const busy = [...(this.#typing.get(chat)?.values() ?? [])]
    return busy.length > 0 && busy.every(({ recording }) => recording)
  }

  online(account: AccountId): boolean {
    return this.#online.get(account) ?? false
  }

  /** When somebody was last seen, as signals told in this run; 0 unknown. */
  lastSeen(account: AccountId): Ms {
    return this.#lastSeen.get(account) ?? 0
  }

  /** Nothing fleeting is known without a connection. */
  forget(): void {
    for (const people of this.#typing.values()) for (const { timer } of people.values()) clearTimeout(timer)
    this.#typing.clear()
    this.#online.clear()
    this.#tell()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #startTyping({ chat, account, recording }: Fleeting & { kind: 'typing' }): void {
    const people = this.#typing.get(chat) ?? new Map<AccountId, Busy>()
    this.#typing.set(chat, people)
    clearTimeout(people.get(account)?.timer)
    const timer = setTimeout(() => {
      people.delete(account)
      this.#tell()
    }, this.#lasting)
    people.set(account, { recording, timer })
  }

  #stopTyping(chat: ChatId, account: AccountId): void {
    const people = this.#typing.get(chat)
    clearTimeout(people?.get(account)?.timer)
    people?.delete(account)
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
