// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, FoundPage, FoundView, SearchAsk } from '../../model'

/** How long a person goes on writing before it is asked. */
const PAUSE_MS = 250

export type LookState = 'idle' | 'looking' | 'done' | 'failed' | 'limited' | 'tooLong' | 'off'

const states: Partial<Record<string, LookState>> = {
  RATE_LIMITED: 'limited',
  TEXT_TOO_LONG: 'tooLong',
  SEARCH_OFF: 'off',
  UNKNOWN_METHOD: 'off',
}

/** One search for messages as it stands on a screen: what was asked, what came, and what more there is. */
export class Look {
  state = $state.raw<LookState>('idle')
  found = $state.raw<readonly FoundView[]>([])
  /** The last page that came; null before the first. */
  page = $state.raw<FoundPage | null>(null)
  readonly #model: AppModel
  #ask: SearchAsk | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(model: AppModel) {
    this.#model = model
  }

  /** Asks for something else; null ends the search. The answer is given up when the effect ends. */
  ask(ask: SearchAsk | null): () => void {
    clearTimeout(this.#timer)
    this.#ask = ask
    if (!ask) {
      this.state = 'idle'
      this.found = []
      this.page = null
    } else {
      this.state = 'looking'
      this.#timer = setTimeout(() => void this.#load(ask, []), PAUSE_MS)
    }
    return () => clearTimeout(this.#timer)
  }

  again(): void {
    if (this.#ask) this.ask(this.#ask)
  }

  /** Asks for the next page, if there is one. */
  async more(): Promise<void> {
    const after = this.page?.next
    if (!after || !this.#ask || this.state !== 'done') return
    this.state = 'looking'
    await this.#load(this.#ask, this.found, after)
  }

  async #load(ask: SearchAsk, before: readonly FoundView[], after?: Uint8Array): Promise<void> {
    try {
      const actions = await this.#model.search()
      const page = await actions.messages(after ? { ...ask, after } : ask)
      if (this.#ask !== ask) return
      this.found = [...before, ...page.found]
      this.page = page
      this.state = 'done'
    } catch (error) {
      if (this.#ask !== ask) return
      this.state = states[(error as { code?: string }).code ?? ''] ?? 'failed'
    }
  }
}
