// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import { AppError, type AppModel, type MessageView, type OpenChat, type SharedAsk } from '../src/model'
import { Leaves } from '../src/ui/media/leaves.svelte'

const DAY = 86_400_000
const PAGE = 48

function picture(seq: number, at: number): MessageView {
  const media = { kind: 'photo', place: { at: 'server', chat: 1, seq, open: false } }
  return { key: String(seq), seq, at, content: { kind: 'media', media } } as unknown as MessageView
}

/** A chat of pictures, of which ten are loaded at first, and the list of all that were shared in it. */
class Chat {
  asks = 0
  /** How the list answers. */
  mode: 'told' | 'here' | 'endless' = 'told'
  #from: number
  #to: number
  readonly all: readonly MessageView[]

  constructor(all: readonly MessageView[], from: number) {
    this.all = all
    this.#from = from
    this.#to = from + 10
  }

  get shown(): readonly MessageView[] {
    return this.all.slice(this.#from, this.#to)
  }

  readonly model = { search: async () => ({ shared: async (ask: SharedAsk) => this.#shared(ask) }) }

  readonly open = {
    id: 1,
    view: {
      get: () => {
        return { messages: this.shown, hasOlder: this.#from > 0, hasNewer: this.#to < this.all.length }
      },
    },
    history: {
      loadOlder: async () => {
        this.#from = Math.max(0, this.#from - 10)
        this.#to = Math.min(this.#to, this.#from + 30)
      },
      loadNewer: async () => {
        this.#to = Math.min(this.all.length, this.#to + 10)
        this.#from = Math.max(this.#from, this.#to - 30)
      },
      loadAround: async (seq: number) => {
        const index = this.all.findIndex((one) => one.seq === seq)
        this.#from = Math.max(0, index - 5)
        this.#to = index + 5
        return true
      },
    },
  }

  leaves(): Leaves {
    return new Leaves(
      this.model as unknown as AppModel,
      this.open as unknown as OpenChat,
      'pictures',
      this.shown,
    )
  }

  #shared({ since = 0, until = Infinity, after }: SharedAsk) {
    if (++this.asks > 1000) throw new AppError('INTERNAL')
    const found = this.all.filter(({ at }) => at >= since && at < until).toReversed()
    if (this.mode === 'here') {
      return { messages: found.slice(0, 20), next: null, total: 20, percent: 100, here: true }
    }
    const skip = after?.[0] ?? 0
    const more = skip + PAGE < found.length || this.mode === 'endless'
    const next = more ? new Uint8Array([skip + PAGE]) : null
    const messages = found.slice(skip, skip + PAGE)
    const total = Math.min(found.length, 1000)
    return { messages, next, total, percent: 100, here: false }
  }
}

const start = Date.now() - 300 * DAY

test('what comes after a pause is found, though it is more than one asks for at once', async () => {
  const early = Array.from({ length: 10 }, (_, i) => picture(i + 1, start + i))
  const late = Array.from({ length: 250 }, (_, i) => picture(i + 11, start + 2 * DAY + i * 1000))
  const chat = new Chat([...early, ...late], 0)
  const leaves = chat.leaves()
  expect((await leaves.beside('10', 1))?.key).toBe('11')
  expect(chat.asks).toBeLessThan(50)
  for (let seq = 11; seq < 260; seq++) expect((await leaves.beside(`${seq}`, 1))?.key).toBe(`${seq + 1}`)
  expect(await leaves.beside('260', 1)).toBeNull()
  expect(leaves.numberOf('260')).toEqual({ number: 260, of: 260 })
})

test('a step ends, whatever the list answers', async () => {
  const chat = new Chat([picture(1, start), picture(2, start + 1)], 0)
  chat.mode = 'endless'
  const leaves = chat.leaves()
  expect(await leaves.beside('1', -1)).toBeNull()
  expect(await leaves.beside('2', 1)).toBeNull()
  expect(chat.asks).toBeLessThan(300)
})

test('where only this device answers, the history is loaded on, and the list is asked again', async () => {
  const all = Array.from({ length: 100 }, (_, i) => picture(i + 1, start + i * 1000))
  const chat = new Chat(all, 50)
  chat.mode = 'here'
  const leaves = chat.leaves()
  leaves.see(chat.shown)
  await leaves.more('55', 0)
  expect(leaves).toMatchObject({ asked: false, counted: null, ends: { before: false, after: false } })
  expect(leaves.all).toHaveLength(10)
  for (let seq = 55; seq > 11; seq--) expect((await leaves.beside(`${seq}`, -1))?.key).toBe(`${seq - 1}`)
  // The chat has moved on from there, and moves back.
  for (let seq = 55; seq < 80; seq++) expect((await leaves.beside(`${seq}`, 1))?.key).toBe(`${seq + 1}`)
  expect(leaves.numberOf('55')).toBeNull()
  chat.mode = 'told'
  await leaves.more('80', 0)
  expect(leaves.numberOf('80')).toEqual({ number: 80, of: 100 })
})

test('where only this device answers, the ends are those of the history', async () => {
  const chat = new Chat(
    [...Array(25).keys()].map((i) => picture(i + 1, start + i)),
    12,
  )
  chat.mode = 'here'
  const leaves = chat.leaves()
  for (let seq = 13; seq > 1; seq--) expect((await leaves.beside(`${seq}`, -1))?.key).toBe(`${seq - 1}`)
  expect(await leaves.beside('1', -1)).toBeNull()
  for (let seq = 1; seq < 25; seq++) expect((await leaves.beside(`${seq}`, 1))?.key).toBe(`${seq + 1}`)
  expect(await leaves.beside('25', 1)).toBeNull()
  expect(leaves.numberOf('25')).toEqual({ number: 25, of: 25 })
})

test('a place without pictures is looked through, and joins what lies on both sides of it', async () => {
  const text = (seq: number) => ({ key: `${seq}`, seq, at: start + seq, content: { kind: 'text' } })
  const all = [...Array(200).keys()].map((i) =>
    i === 3 || i === 195 ? picture(i + 1, start + i) : text(i + 1),
  )
  const chat = new Chat(all as unknown as MessageView[], 190)
  chat.mode = 'here'
  const leaves = chat.leaves()
  expect((await leaves.beside('196', -1))?.key).toBe('4')
})
