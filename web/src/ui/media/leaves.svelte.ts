// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, MessageView, OpenChat, SharedAsk, SharedKind, SharedPage } from '../../model'
import { mediaOf } from './of'

/** So many pictures are asked for page after page; where a time holds more, a shorter one is asked for. */
const MANY = 200
/** What comes after a picture is looked for in so much of time at first. */
const DAY = 86_400_000
/** More questions than these no step asks, whatever the answers are. */
const ASKS = 100

/** What leafs together: films among photos, and moving pictures among themselves. */
export function leafOf(message: MessageView): SharedKind | null {
  const kind = mediaOf(message)?.kind
  if (kind === 'gif') return 'gifs'
  return kind === 'photo' || kind === 'video' ? 'pictures' : null
}

/** From the number of the first message to that of the last; none: from infinity to 0. */
interface Reach {
  readonly from: number
  readonly to: number
}

function reachOf(messages: readonly MessageView[]): Reach {
  const from = messages.find(({ seq }) => seq !== null)?.seq
  return { from: from ?? Infinity, to: messages.findLast(({ seq }) => seq !== null)?.seq ?? 0 }
}

const placeOf = ({ seq }: MessageView) => seq ?? Infinity

/**
 * The pictures of a chat, as one leafs through them from one of them: those that are on screen, and beyond
 * them what the list of what was shared holds. They are one stretch without gaps, wherever the chat stands,
 * and what was in it once stays though the chat moves on. Where the server cannot tell what was shared, the
 * history of the chat is loaded on instead: what this device holds of it may have gaps.
 */
export class Leaves {
  /** The oldest first. */
  all = $state.raw<readonly MessageView[]>([])
  /** Of the whole chat, those up to the one it was opened with, and those after it; null: not known. */
  counted = $state.raw<{ readonly key: string; readonly upTo: number; readonly after: number } | null>(null)
  /** There are none beyond, before and after. */
  ends = $state.raw({ before: false, after: false })
  readonly #model: AppModel
  readonly #chat: OpenChat
  readonly #kind: SharedKind
  #older: SharedPage['next'] = null
  /** The list of what was shared was asked. */
  asked = false
  #busy: Promise<void> | null = null
  /** Questions that are left to the step that is taken. */
  #left = ASKS
  /** In the step that is taken the server could not be asked. */
  #alone = false
  /** How far the history was looked through, pictures or not; none at first. */
  #looked = { from: Infinity, to: 0 }

  /** `first` are the pictures beside the one that is opened, without gaps. */
  constructor(model: AppModel, chat: OpenChat, kind: SharedKind, first: readonly MessageView[]) {
    this.#model = model
    this.#chat = chat
    this.#kind = kind
    this.#add(first)
  }

  /** What is on screen now: it may have come, changed or gone since. */
  see(messages: readonly MessageView[]): void {
    const { from, to } = reachOf(messages)
    const now = new Map(messages.map((one) => [one.key, one]))
    const stay = this.all.filter(({ key, seq }) => {
      const one = now.get(key)
      return one ? leafOf(one) === this.#kind : seq !== null && (seq < from || seq > to)
    })
    this.all = stay
    // Where both lie over one another, what is on screen joins the stretch.
    const reach = this.#reach()
    const joins = from <= reach.to && to >= reach.from
    if (joins) this.#looked = { from: Math.min(from, reach.from), to: Math.max(to, reach.to) }
    const known = new Set(stay.map(({ key }) => key))
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

  /** The one beside, which may have to be fetched; null: there is none, or none within many questions. */
  async beside(key: string, step: -1 | 1): Promise<MessageView | null> {
    this.#begun()
    for (;;) {
      const index = this.indexOf(key)
      const next = this.all[index + step]
      const over = index < 0 || next || this.endsAt(step) || this.#left <= 0
      if (over) return (index >= 0 && next) || null
      await this.#more(key, step)
    }
  }

  /** Fetches what comes before or after; 0: only asks the list. Throws AppError where it cannot. */
  more(key: string, step: -1 | 0 | 1): Promise<void> {
    this.#begun()
    return this.#more(key, step)
  }

  #begun(): void {
    this.#left = ASKS
    this.#alone = false
  }

  #more(key: string, step: -1 | 0 | 1): Promise<void> {
    this.#busy ??= this.#load(key, step).finally(() => {
      this.#busy = null
    })
    return this.#busy
  }

  async #load(key: string, step: -1 | 0 | 1): Promise<void> {
    const from = this.all.find((one) => one.key === key)
    if (!this.#alone) {
      let told: boolean
      if (!this.asked && from) told = await this.#begin(from)
      else told = step > 0 ? await this.#after() : await this.#before()
      if (told) return
      this.#alone = true
    }
    if (step !== 0) await this.#history(step)
  }

  /** Loads the history on from where it was looked through, and moves the chat for that. */
  async #history(step: -1 | 1): Promise<void> {
    const { history, view } = this.#chat
    const reach = this.#reach()
    const end = step < 0 ? reach.from : reach.to
    const { from, to } = reachOf(view.get().messages)
    this.#left--
    if ((end < from || end > to) && !(await history.loadAround(end))) return
    const { hasOlder, hasNewer } = view.get()
    if (step < 0 && hasOlder) await history.loadOlder()
    else if (step < 0) this.ends = { ...this.ends, before: true }
    else if (hasNewer) await history.loadNewer()
    else this.ends = { ...this.ends, after: true }
    this.see(view.get().messages)
  }

  #reach(): Reach {
    const { from, to } = reachOf(this.all)
    return { from: Math.min(from, this.#looked.from), to: Math.max(to, this.#looked.to) }
  }

  /** How many there are on either side, and the first of them. */
  async #begin(from: MessageView): Promise<boolean> {
    const [before, after] = await Promise.all([
      this.#ask({ until: from.at + 1 }),
      this.#ask({ since: from.at + 1 }),
    ])
    if (!before || !after) return false
    this.asked = true
    this.#older = before.next
    this.#add(before.messages)
    if (!after.next) this.#add(after.messages)
    this.ends = { before: !before.next, after: !after.next }
    const least = before.percent < 100 || Math.max(before.total, after.total) >= 1000
    this.counted = least ? null : { key: from.key, upTo: before.total, after: after.total }
    return true
  }

  async #before(): Promise<boolean> {
    const page = await this.#ask(this.#older ? { after: this.#older } : {})
    if (!page) return false
    this.#older = page.next
    this.#add(page.messages)
    this.ends = { ...this.ends, before: !page.next }
    return true
  }

  /** The list goes from the newest down: what comes next is all there is of the next stretch of time. */
  async #after(): Promise<boolean> {
    let since = (this.all.findLast(({ seq }) => seq !== null)?.at ?? 0) + 1
    // Until there are too many for one stretch, from `since` on: half of it may hold fewer, or none.
    let crowd = Infinity
    for (let span = DAY; this.#left > 0; span *= 8) {
      const until = since + (crowd > since && crowd < Infinity ? Math.ceil((crowd - since) / 2) : span)
      const page = await this.#ask({ since, until })
      if (!page) return false
      if (page.total > MANY && until - since > 1) {
        crowd = until
        continue
      }
      const found = [...page.messages]
      for (let { next } = page; next; ) {
        const more = this.#left > 0 ? await this.#ask({ since, until, after: next }) : null
        // A part of it would leave a gap.
        if (!more) return true
        found.push(...more.messages)
        next = more.next
      }
      this.#add(found)
      if (until > Date.now()) this.ends = { ...this.ends, after: true }
      if (found.length > 0 || this.ends.after) return true
      since = until
    }
    return true
  }

  /** Null: only this device could say, and it does not hold all. */
  async #ask(part: Partial<SharedAsk>): Promise<SharedPage | null> {
    this.#left--
    const acts = await this.#model.search()
    const page = await acts.shared({ chat: this.#chat.id, kind: this.#kind, ...part })
    return page.here ? null : page
  }

  #add(messages: readonly MessageView[]): void {
    const all = new Map(this.all.map((one) => [one.key, one]))
    for (const one of messages) if (leafOf(one) === this.#kind) all.set(one.key, one)
    this.all = [...all.values()].sort((a, b) => placeOf(a) - placeOf(b) || a.at - b.at)
  }
}
