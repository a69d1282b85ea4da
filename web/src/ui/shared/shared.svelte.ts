// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, ChatId, MessageView, SharedKind, SharedPage } from '../../model'

/** What was shared of one kind, as far as it was asked for. */
export class SharedList {
  state = $state.raw<'loading' | 'done' | 'failed'>('loading')
  messages = $state.raw<readonly MessageView[]>([])
  /** The last page that came; null before the first. */
  page = $state.raw<SharedPage | null>(null)
  readonly #model: AppModel
  readonly #chat: ChatId
  readonly #kind: SharedKind

  constructor(model: AppModel, chat: ChatId, kind: SharedKind) {
    this.#model = model
    this.#chat = chat
    this.#kind = kind
    void this.#load()
  }

  /** Asks for what is older, if there is any and nobody asks already. */
  more(): void {
    if (this.state !== 'done' || !this.page?.next) return
    this.state = 'loading'
    void this.#load()
  }

  /** Asks again where an answer did not come. */
  again(): void {
    if (this.state !== 'failed') return
    this.state = 'loading'
    void this.#load()
  }

  async #load(): Promise<void> {
    const after = this.page?.next
    try {
      const acts = await this.#model.search()
      const page = await acts.shared({ chat: this.#chat, kind: this.#kind, ...(after && { after }) })
      this.messages = [...this.messages, ...page.messages]
      this.page = page
      this.state = 'done'
    } catch {
      this.state = 'failed'
    }
  }
}
