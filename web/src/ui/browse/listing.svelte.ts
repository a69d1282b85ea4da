// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, FoundCursor, ListedView } from '../../model'

export type ListedKind = 'channel' | 'group'
export type ListingState = 'loading' | 'done' | 'failed' | 'limited' | 'older'

const states: Partial<Record<string, ListingState>> = { RATE_LIMITED: 'limited', UNKNOWN_METHOD: 'older' }

/** The public channels, or groups, as far as they were asked for. */
export class Listing {
  state = $state.raw<ListingState>('loading')
  chats = $state.raw<readonly ListedView[]>([])
  #next: FoundCursor | null = null
  readonly #model: AppModel
  readonly kind: ListedKind

  constructor(model: AppModel, kind: ListedKind) {
    this.#model = model
    this.kind = kind
    void this.#load()
  }

  /** Whether there is more than what is here. */
  get rest(): boolean {
    return this.state === 'done' && this.#next !== null
  }

  /** Asks for the next page, or for the one that did not come. */
  async more(): Promise<void> {
    if (this.state !== 'loading' && (this.state !== 'done' || this.#next)) await this.#load()
  }

  async #load(): Promise<void> {
    this.state = 'loading'
    try {
      const actions = await this.#model.search()
      const after = this.#next
      const page = await actions.directory({ kind: this.kind, ...(after && { after }) })
      // Who joins meanwhile moves a chat up: it may come again.
      const here = new Set(this.chats.map((chat) => chat.chat))
      this.chats = [...this.chats, ...page.chats.filter((chat) => !here.has(chat.chat))]
      this.#next = page.next
      this.state = 'done'
    } catch (error) {
      this.state = states[(error as { code?: string }).code ?? ''] ?? 'failed'
    }
  }
}
