// SPDX-License-Identifier: AGPL-3.0-or-later
import { SvelteMap } from 'svelte/reactivity'
import type { MediaKind, NewMedia } from '../../model'
import type { Watch } from './filmed'
import { asFile, guess, prepare, unfilmed } from './prepare'

/** A file that was chosen to be sent. */
export interface Item {
  readonly id: number
  readonly file: File
  /** What is sent of it, as it was chosen last. */
  readonly making: Promise<NewMedia>
  /** Whoever chose it does not want it any more, or otherwise. */
  readonly unwanted: AbortController
  /** What was made of it until now, to be shown. */
  readonly made: NewMedia | null
  /** It is made, as it was chosen last. */
  readonly done: boolean
  readonly url: string | null
}

/** One of them with what is sent of it. */
export interface Carried {
  readonly id: number
  readonly kind: MediaKind
  readonly made: NewMedia
}

type Make = (file: File, high: boolean, watch: Watch) => Promise<NewMedia>

/** Files that were chosen to be sent together, while what is sent of them is made. */
export class Chosen {
  items = $state.raw<readonly Item[]>([])
  /** All of them go as files. */
  plain = $state(false)
  high = $state(false)
  /** How much of a film is made, by what it is made of: in hundredths, which is often enough. */
  readonly shares = new SvelteMap<number, number>()
  #last = 0
  readonly #make: Make

  constructor(make: Make = prepare) {
    this.#make = make
  }

  /** Whether all of them may go, as they were chosen last. */
  get ready(): boolean {
    return this.items.every((item) => item.done || this.#asIs(item))
  }

  /** What is sent of them, where they are ready. */
  get carried(): readonly Carried[] {
    return this.items.flatMap((item) => {
      const made = this.#asIs(item) ? asFile(item.file) : item.made
      return made ? [{ id: item.id, kind: made.kind, made }] : []
    })
  }

  /** A film is being made of it. */
  filming({ id, done }: Item): boolean {
    return !this.plain && !done && this.shares.has(id)
  }

  /** Bytes that are sent of it, as far as is known: a photo and a GIF are made smaller before. */
  sizeOf({ file, made }: Item): number {
    if (this.plain) return file.size
    return made?.file?.size ?? (['photo', 'gif'].includes(guess(file)) ? 0 : file.size)
  }

  add(files: readonly File[]): void {
    const more = files.map((file) => {
      const id = ++this.#last
      return { id, file, ...this.#begun(id, file), made: null, done: false, url: null }
    })
    this.items = [...this.items, ...more]
    for (const item of more) void this.#look(item)
  }

  remove(ids: ReadonlySet<number>): void {
    for (const item of this.items) if (ids.has(item.id)) drop(item)
    this.items = this.items.filter(({ id }) => !ids.has(id))
  }

  move(at: number, step: number): void {
    const to = at + step
    const list = [...this.items]
    const [item] = list.splice(at, 1)
    if (!item || to < 0 || to > list.length) return
    list.splice(to, 0, item)
    this.items = list
  }

  /** Makes photos anew, with more or less in them; a film is the same for both. */
  sharpen(): void {
    this.#remake(
      (item) => guess(item.file) === 'photo' && item.made?.kind !== 'gif' && !this.filming(item),
      (item) => this.#begun(item.id, item.file),
    )
  }

  /** Nobody waits for films any more: what moves goes as it is. */
  hurry(): void {
    this.#remake(
      (item) => this.filming(item),
      ({ file }) => ({ unwanted: new AbortController(), making: unfilmed(file) }),
    )
  }

  /** What is still being made is shown no more, nor sent. */
  clear(): void {
    this.remove(new Set(this.items.map(({ id }) => id)))
  }

  /** Music alone is made something of that goes as a file. */
  #asIs({ file }: Item): boolean {
    return this.plain && !file.type.startsWith('audio/')
  }

  /** Begins to make of a file what is sent of it. */
  #begun(id: number, file: File): Pick<Item, 'making' | 'unwanted'> {
    const unwanted = new AbortController()
    const { signal } = unwanted
    const tell = (share: number) => {
      if (!signal.aborted) this.shares.set(id, Math.floor(share * 100) / 100)
    }
    return { unwanted, making: this.#make(file, this.high, { signal, tell }) }
  }

  #remake(which: (item: Item) => boolean, how: (item: Item) => Pick<Item, 'making' | 'unwanted'>): void {
    const anew = this.items.filter(which)
    this.items = this.items.map((item) => {
      if (!anew.includes(item)) return item
      item.unwanted.abort()
      this.shares.delete(item.id)
      return { ...item, ...how(item), done: false }
    })
    const ids = new Set(anew.map(({ id }) => id))
    for (const item of this.items) if (ids.has(item.id)) void this.#look(item)
  }

  /** Shows what is made of a file, unless it was removed or chosen otherwise meanwhile. */
  async #look({ id, making }: Item): Promise<void> {
    const made = await making
    const before = this.items.find((item) => item.id === id)
    if (before?.making !== making) return
    if (before.url) URL.revokeObjectURL(before.url)
    const shown = made.poster ?? (made.kind === 'photo' ? made.file : null)
    const url = shown && URL.createObjectURL(shown)
    this.items = this.items.map((item) => (item.id === id ? { ...item, made, done: true, url } : item))
  }
}

function drop({ url, unwanted }: Item): void {
  unwanted.abort()
  if (url) URL.revokeObjectURL(url)
}
