// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, ChatId, MessageView, SharedAsk, SharedKind, SharedPage } from '../../model'
import { mediaOf } from './of'

/** So many pictures are asked for page after page; where a time holds more, a shorter one is asked for. */
const MANY = 200
/** What comes after a picture is looked for in so much of time at first. */
const DAY = 86_400_000

/** What leafs together: films among photos, and moving pictures among themselves. */
export function leafOf(message: MessageView): SharedKind | null {
  const kind = mediaOf(message)?.kind
  if (kind === 'gif') return 'gifs'
  return kind === 'photo' || kind === 'video' ? 'pictures' : null
}

const placeOf = ({ seq }: MessageView) => seq ?? Number.POSITIVE_INFINITY

/**
 * The pictures of a chat, as one leafs through them from one of them: those that are on screen, and beyond
 * them what the list of what was shared holds. They are one stretch without gaps, wherever the chat stands,
 * and what was in it once stays though the chat moves on.
 */
export class Leaves {
  /** The oldest first. */
  all = $state.raw<readonly MessageView[]>([])
  /** Of the whole chat, those up to the one it was opened with, and those after it; null: not known. */
  counted = $state.raw<{ readonly key: string; readonly upTo: number; readonly after: number } | null>(null)
  /** There are none beyond, before and after. */
  ends = $state.raw({ before: false, after: false })
  readonly #model: AppModel
  readonly #chat: ChatId
  readonly #kind: SharedKind
  #older: SharedPage['next'] = null
  /** The list of what was shared was asked. */
  asked = false
  #busy: Promise<void> | null = null

  /** `first` are the pictures beside the one that is opened, without gaps. */
  constructor(model: AppModel, chat: ChatId, kind: SharedKind, first: readonly MessageView[]) {
    this.#model = model
    this.#chat = chat
    this.#kind = kind
    this.#add(first)
  }

  /** What is on screen now: it may have come, changed or gone since. */
  see(messages: readonly MessageView[]): void {
    const placed = messages.flatMap(({ seq }) => seq ?? [])
    const [from, to] = [placed[0] ?? Number.POSITIVE_INFINITY, placed.at(-1) ?? 0]
    const now = new Map(messages.map((one) => [one.key, one]))
    const stay = this.all.filter(({ key, seq }) => {
      const one = now.get(key)
      return one ? leafOf(one) === this.#kind : seq !== null && (seq < from || seq > to)
    })
    const [oldest, newest] = [stay[0], stay.at(-1)]
    // Where both lie over one another, what is on screen joins the stretch.
    const joins = oldest && newest && from <= placeOf(newest) && to >= placeOf(oldest)
    const known = new Set(stay.map(({ key }) => key))
    this.all = stay
    this.#add(messages.filter((one) => joins || known.has(one.key)))
  }

  indexOf(key: string): number {
    return this.all.findIndex((one) => one.key === key)
  }

  endsAt(step: -1 | 1): boolean {
    return step < 0 ? this.ends.before : this.ends.after
  }

  /** Which of how many one is, from 1; null while that is not known. */
  numberOf(key: string): { readonly number: number; readonly of: number } | null {
    const { ends, counted, all } = this
    const index = this.indexOf(key)
    if (index < 0) return null
    const first = counted ? this.indexOf(counted.key) : -1
    if (first < 0 && !(ends.before && ends.after)) return null
    const number = ends.before ? index + 1 : (counted?.upTo ?? 0) + index - first
    const after = (counted?.after ?? 0) + first - index
    return { number, of: number + (ends.after ? all.length - 1 - index : after) }
  }

  /** The one beside, which may have to be fetched; null: there is none. */
  async beside(key: string, step: -1 | 1): Promise<MessageView | null> {
    for (;;) {
      const index = this.indexOf(key)
      const next = this.all[index + step]
      if (index < 0 || next || this.endsAt(step)) return (index >= 0 && next) || null
      await this.more(key, step)
    }
  }

  /** Fetches what comes before or after. Throws AppError where it cannot. */
  more(key: string, step: -1 | 1): Promise<void> {
    this.#busy ??= this.#load(key, step).finally(() => {
      this.#busy = null
    })
    return this.#busy
  }

  async #load(key: string, step: -1 | 1): Promise<void> {
    const from = this.all.find((one) => one.key === key)
    if (!this.asked && from) await this.#begin(from)
    else if (step < 0) await this.#before()
    else await this.#after()
  }

  /** How many there are on either side, and the first of them. */
  async #begin(from: MessageView): Promise<void> {
    const [before, after] = await Promise.all([
      this.#ask({ until: from.at + 1 }),
      this.#ask({ since: from.at + 1 }),
    ])
    this.asked = true
    this.#older = before.next
    this.#add(before.messages)
    if (!after.next) this.#add(after.messages)
    this.ends = { before: !before.next, after: !after.next }
    const least = before.percent < 100 || Math.max(before.total, after.total) >= 1000
    this.counted = least ? null : { key: from.key, upTo: before.total, after: after.total }
  }

  async #before(): Promise<void> {
    const page = await this.#ask(this.#older ? { after: this.#older } : {})
    this.#older = page.next
    this.#add(page.messages)
    this.ends = { ...this.ends, before: !page.next }
  }

  /** The list goes from the newest down: what comes next is all there is of the next stretch of time. */
  async #after(): Promise<void> {
    const since = (this.all.findLast(({ seq }) => seq !== null)?.at ?? 0) + 1
    for (let span = DAY; ; ) {
      const until = since + span
      const page = await this.#ask({ since, until })
      if (page.total > MANY && span > 1) {
        span = Math.ceil(span / 8)
        continue
      }
      const found = [...page.messages]
      for (let { next } = page; next; ) {
        const more = await this.#ask({ since, until, after: next })
        found.push(...more.messages)
        next = more.next
      }
      this.#add(found)
      if (until > Date.now()) this.ends = { ...this.ends, after: true }
      if (found.length > 0 || this.ends.after) return
      span *= 8
    }
  }

  async #ask(part: Partial<SharedAsk>): Promise<SharedPage> {
    const acts = await this.#model.search()
    return acts.shared({ chat: this.#chat, kind: this.#kind, ...part })
  }

  #add(messages: readonly MessageView[]): void {
    const all = new Map(this.all.map((one) => [one.key, one]))
    for (const one of messages) if (leafOf(one) === this.#kind) all.set(one.key, one)
    this.all = [...all.values()].sort((a, b) => placeOf(a) - placeOf(b) || a.at - b.at)
  }
}
