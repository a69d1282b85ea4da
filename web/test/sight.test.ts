// SPDX-License-Identifier: AGPL-3.0-or-later
import { beforeEach, expect, test, vi } from 'vitest'
import { standing } from '../src/model/standing'
import { Sight } from '../src/sync/act/sight'

type Body = (lock: { name: string } | null) => unknown
interface Options {
  readonly mode?: LockMode
  readonly ifAvailable?: boolean
  readonly signal?: AbortSignal
}
interface Asked extends Options {
  readonly name: string
  grant(): void
}

/** Locks as the specification has them: one queue for each name, shared or not. Node has none of its own. */
class Locks {
  held: Asked[] = []
  #queue: Asked[] = []

  request(name: string, ...rest: [Body] | [Options, Body]): Promise<unknown> {
    const body = rest[rest.length - 1] as Body
    const options = rest.length === 2 ? rest[0] : {}
    return new Promise((resolve, reject) => {
      const asked: Asked = {
        ...options,
        name,
        grant: () => {
          this.held.push(asked)
          void (async () => body({ name }))()
            .then(resolve, reject)
            .finally(() => this.release([asked]))
        },
      }
      if (options.ifAvailable && !this.#free(asked, this.#queue)) return resolve(body(null))
      options.signal?.addEventListener('abort', () => {
        if (!this.#queue.includes(asked)) return
        this.#queue = this.#queue.filter((one) => one !== asked)
        reject(options.signal?.reason)
      })
      this.#queue.push(asked)
      this.#grant()
    })
  }

  query = async () => ({ held: this.held.map(({ name }) => ({ name })) })

  /** Also what a page that is closed does with all it holds. */
  release(those: readonly Asked[]): void {
    this.held = this.held.filter((one) => !those.includes(one))
    this.#grant()
  }

  #free(asked: Asked, before: readonly Asked[]): boolean {
    const others = [...this.held, ...before].filter(({ name }) => name === asked.name)
    return others.every(({ mode }) => mode === 'shared' && asked.mode === 'shared')
  }

  #grant(): void {
    for (const asked of [...this.#queue]) {
      if (!this.#free(asked, this.#queue.slice(0, this.#queue.indexOf(asked)))) continue
      this.#queue = this.#queue.filter((one) => one !== asked)
      asked.grant()
    }
  }
}

let locks: Locks
let told: string[]
const says = (what: string) => async () => {
  told.push(what)
}
/** The browser lets the pages that are open stand still. */
let freeze: () => void
/** Everything that can go on without the network went on. */
const rest = () => new Promise((resolve) => setTimeout(resolve))

beforeEach(() => {
  locks = new Locks()
  told = []
  vi.stubGlobal('navigator', { locks })
  const events = new EventTarget()
  vi.stubGlobal('document', events)
  for (const name of ['addEventListener', 'removeEventListener'] as const)
    vi.stubGlobal(name, events[name].bind(events))
  freeze = () => events.dispatchEvent(new Event('freeze'))
})

test('who goes to another page is last said to be there, however slow the first one is', async () => {
  const [a, b] = [new Sight(), new Sight()]
  await a.enter(says('a is seen'))
  let answer = () => {}
  const left = a.leave(async () => {
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    told.push('nobody looks')
  })
  await rest()
  const entered = b.enter(says('b is seen'))
  await rest()
  answer()
  await Promise.all([left, entered])
  expect(told).toEqual(['a is seen', 'nobody looks', 'b is seen'])
})

test('what one page says comes in its order, also where the network refuses some of it', async () => {
  const page = new Sight()
  const refused = page.enter(async () => {
    await rest()
    throw new Error('no network')
  })
  const left = page.leave(says('nobody looks'))
  const entered = page.enter(says('seen'))
  await expect(refused).rejects.toThrow('no network')
  await Promise.all([left, entered])
  expect(told).toEqual(['nobody looks', 'seen'])
})

test('the last page in sight says that nobody looks; if it is closed, another does', async () => {
  const [a, b] = [new Sight(), new Sight()]
  await a.enter(says('a is seen'))
  const before = [...locks.held]
  await b.enter(says('b is seen'))
  const own = locks.held.filter((one) => !before.includes(one))
  await a.leave(says('nobody looks'))
  await rest()
  expect(told).toEqual(['a is seen', 'b is seen'])
  locks.release(own)
  await vi.waitFor(() => expect(told.at(-1)).toBe('nobody looks'))
})

test('who is in sight again waits for no other page', async () => {
  const [a, b] = [new Sight(), new Sight()]
  await a.enter(says('a is seen'))
  await b.enter(says('b is seen'))
  await a.leave(says('a: nobody looks'))
  await rest()
  await a.enter(says('a is seen'))
  await b.leave(says('b: nobody looks'))
  await rest()
  expect(told).toEqual(['a is seen', 'b is seen', 'a is seen'])
})

test('a page that froze at its word holds up no other, and what came late is mended', async () => {
  const [a, b] = [new Sight(), new Sight()]
  await a.enter(says('a is seen'))
  let answer = () => {}
  const word = (away: boolean) =>
    away
      ? new Promise<void>((resolve) => {
          answer = () => {
            told.push('nobody looks')
            answer = () => {}
            resolve()
          }
        })
      : says('somebody looks')()
  const left = a.leave(word)
  await rest()
  freeze()
  await b.enter(says('b is seen'))
  expect(told).toEqual(['a is seen', 'b is seen'])
  answer()
  await left
  await rest()
  expect(told).toEqual(['a is seen', 'b is seen', 'nobody looks', 'somebody looks'])
  // Of the two of them the last one in sight still says so.
  await b.leave(says('b: nobody looks'))
  expect(told.at(-1)).toBe('b: nobody looks')
})

test('a page that froze while it came in sight, or in sight, is not waited for', async () => {
  const [a, b] = [new Sight(), new Sight()]
  let answer = () => {}
  const slow = new Promise<void>((resolve) => (answer = resolve))
  const entered = a.enter(() => slow)
  await rest()
  freeze()
  await b.enter(says('b is seen'))
  await b.leave(says('nobody looks'))
  expect(told).toEqual(['b is seen', 'nobody looks'])
  answer()
  await entered
  await a.enter(says('a is seen'))
  await b.leave(says('b: nobody looks'))
  expect(told.at(-1)).toBe('a is seen')
})

test('who waits to put up a notification does not wait for a page that is frozen at it', async () => {
  const stuck = { getNotifications: () => new Promise(() => {}) } as unknown as ServiceWorkerRegistration
  const other = { getNotifications: async () => [] } as unknown as ServiceWorkerRegistration
  void standing(stuck)
  const waits = standing(other)
  freeze()
  expect(await waits).toEqual([])
})

test('without locks every page speaks for itself', async () => {
  vi.stubGlobal('navigator', {})
  const page = new Sight()
  await page.enter(says('seen'))
  await page.leave(says('nobody looks'))
  expect(told).toEqual(['seen', 'nobody looks'])
})
