// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow } from '../db'
import { isIn } from '../model/fold'
import type { AccountId, ChatId } from '../model/id'
import type { Account } from './account'
import type { Live } from './live'

/** Up to how many members a group tells how many of them are online. */
export const CIRCLE = 100

/** Of whom somebody may be told whether they are online: of nobody who hides it, nor if one hides oneself. */
export interface CircleContext {
  readonly account: Account
  readonly live: Live
  /** Everybody in a chat, as far as CIRCLE. */
  members(chat: ChatId): Promise<readonly AccountId[]>
}

/**
 * Who of a small group is online, while the group is on screen. The leading tab is told whom to watch, and
 * again with every connection: it may be another one by then.
 */
export class Circle {
  readonly #c: CircleContext
  readonly #chat: ChatId
  readonly #by = crypto.randomUUID()
  #others: readonly AccountId[] = []
  /** How many were in when it was last read who. */
  #counted = 0
  #looking = false
  #closed = false

  constructor(c: CircleContext, chat: ChatId) {
    this.#c = c
    this.#chat = chat
  }

  /** The connection is another: who is in is read and told anew. */
  forget(): void {
    this.#counted = 0
  }

  /** Reads who is in where that has changed since. */
  async follow(row: ChatRow): Promise<void> {
    const { account, members } = this.#c
    const { info } = row
    const small = info.type === 'group' && isIn(info.me.role) && info.members <= CIRCLE
    if (!small) return this.close()
    if (this.#closed || this.#looking || this.#counted === info.members || account.state !== 'online') return
    this.#looking = true
    this.#counted = info.members
    try {
      const all = await members(this.#chat)
      if (!this.#closed) this.#watch(all.filter((other) => other !== account.me))
    } catch {
      // The next connection, or the next who comes or goes, tries again.
    } finally {
      this.#looking = false
    }
  }

  /** How many are online with oneself; null where nobody else is known to be. */
  online(): number | null {
    const { account, live } = this.#c
    if (account.mirror.user?.privacy.hideLastSeen) return null
    const there = this.#others.filter((other) => live.online(other)).length
    return there > 0 ? there + 1 : null
  }

  /** Nobody is watched for it any more. */
  close(): void {
    if (this.#others.length > 0) this.#watch([])
    this.#counted = 0
  }

  /** For ever. */
  end(): void {
    this.close()
    this.#closed = true
  }

  #watch(others: readonly AccountId[]): void {
    this.#others = others
    this.#c.account.tabs.tellFleeting({ kind: 'looking', by: this.#by, at: others })
  }
}
