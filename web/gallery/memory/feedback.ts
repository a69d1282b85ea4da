// SPDX-License-Identifier: AGPL-3.0-or-later
import type { FeedbackActions, FeedbackStatus, FeedbackView, WishView } from '../../src/model'
import { day, now } from './fixture'

/** Feedback of a gallery, in memory. */
export class MemoryFeedback implements FeedbackActions {
  #all: FeedbackView[] = [
    {
      number: 12,
      at: now - 2 * day,
      category: 'idea',
      text: 'کاش می‌شد در گروه نظرسنجی گذاشت.',
      version: '',
      platform: '',
      status: 'planned',
      title: 'نظرسنجی در گروه‌ها',
      changed: now - day,
      votes: 7,
    },
  ]
  readonly #mine = new Set<number>()

  async give(): Promise<number> {
    return 12
  }

  async wishes(): Promise<readonly WishView[]> {
    return this.#all
      .filter((one) => one.title)
      .map((one) => ({
        ...one,
        votes: one.votes + (this.#mine.has(one.number) ? 1 : 0),
        mine: this.#mine.has(one.number),
      }))
  }

  async vote(number: number, on: boolean): Promise<void> {
    if (on) this.#mine.add(number)
    else this.#mine.delete(number)
  }

  async all(): Promise<readonly FeedbackView[]> {
    return this.#all
  }

  async set(number: number, status: FeedbackStatus, title: string): Promise<void> {
    this.#all = this.#all.map((one) => (one.number === number ? { ...one, status, title } : one))
  }
}
