// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test, vi } from 'vitest'
import type { NewMedia } from '../src/model'
import { NO_MEDIA } from '../src/model/media'
import { Chosen } from '../src/ui/media/chosen.svelte'
import type { Watch } from '../src/ui/media/filmed'

/** Files, and what is made of each when it is said. */
function choosing() {
  const makes = new Map<string, { high: boolean; watch: Watch; make: (made: NewMedia) => void }[]>()
  const chosen = new Chosen((file, high, watch) => {
    const { promise, resolve } = deferred<NewMedia>()
    makes.set(file.name, [...(makes.get(file.name) ?? []), { high, watch, make: resolve }])
    return promise
  })
  const last = (name: string) => {
    const one = makes.get(name)?.at(-1)
    if (!one) throw new Error(`nothing is made of ${name}`)
    return one
  }
  const file = (name: string, type: string) => new File(['of a file'], name, { type })
  const names = () => chosen.carried.map(({ made }) => `${made.kind} ${made.name}`)
  return { chosen, last, file, names }
}

function deferred<T>() {
  let resolve = (_: T) => {}
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const photo = (name: string): NewMedia => ({ ...NO_MEDIA, kind: 'photo', name, file: new Blob(['less']) })
const film = (name: string): NewMedia => ({ ...NO_MEDIA, kind: 'gif', name, file: new Blob(['film']) })

test('while a film is made, what is added, moved, taken out or sent as files counts', async () => {
  const { chosen, last, file, names } = choosing()
  chosen.add([file('a.gif', 'image/gif'), file('b.jpg', 'image/jpeg')])
  last('b.jpg').make(photo('b'))
  await vi.waitFor(() => expect(chosen.items[1]?.done).toBe(true))
  expect(chosen.ready).toBe(false)
  // As files they wait for nothing, whole; then the film is wanted again.
  chosen.plain = true
  expect(chosen.ready).toBe(true)
  expect(names()).toEqual(['file a.gif', 'file b.jpg'])
  chosen.plain = false
  expect(chosen.ready).toBe(false)
  chosen.add([file('c.jpg', 'image/jpeg')])
  chosen.move(0, 1)
  last('a.gif').make(film('a'))
  await vi.waitFor(() => expect(chosen.items[1]?.done).toBe(true))
  expect(chosen.ready).toBe(false)
  last('c.jpg').make(photo('c'))
  await vi.waitFor(() => expect(chosen.ready).toBe(true))
  expect(names()).toEqual(['photo b', 'gif a', 'photo c'])
  const [, second] = chosen.items
  chosen.remove(new Set([second?.id ?? 0]))
  expect(last('a.gif').watch.signal.aborted).toBe(true)
  expect(names()).toEqual(['photo b', 'photo c'])
})

test('a photo that is made anew does not go as it was before, and a film is not made twice', async () => {
  const { chosen, last, file, names: carried } = choosing()
  chosen.add([file('b.jpg', 'image/jpeg'), file('c.webp', 'image/webp'), file('d.png', 'image/png')])
  last('b.jpg').make(photo('small'))
  last('c.webp').make(film('c'))
  last('d.png').watch.tell(0)
  await vi.waitFor(() => expect(chosen.items.map(({ done }) => done)).toEqual([true, true, false]))
  chosen.high = true
  chosen.sharpen()
  const names = ['b.jpg', 'c.webp', 'd.png']
  expect(names.map((name) => last(name).high)).toEqual([true, false, false])
  expect(last('d.png').watch.signal.aborted).toBe(false)
  last('d.png').make(film('d'))
  await vi.waitFor(() => expect(chosen.items.map(({ done }) => done)).toEqual([false, true, true]))
  expect(chosen.ready).toBe(false)
  last('b.jpg').make(photo('large'))
  await vi.waitFor(() => expect(chosen.ready).toBe(true))
  expect(carried()).toEqual(['photo large', 'gif c', 'gif d'])
})

test('when nobody waits for films what moves goes as it is at once, and nothing of it is lost', async () => {
  const { chosen, last, file, names } = choosing()
  chosen.add([file('a.gif', 'image/gif'), file('b.webp', 'image/webp'), file('c.png', 'image/png')])
  for (const name of ['a.gif', 'b.webp']) last(name).watch.tell(0)
  const begun = ['a.gif', 'b.webp', 'c.png'].map((name) => last(name).watch.signal)
  chosen.hurry()
  expect(begun.map(({ aborted }) => aborted)).toEqual([true, true, false])
  last('c.png').make(photo('c'))
  // Where nothing can be drawn a GIF goes as a file.
  await vi.waitFor(() => expect(chosen.ready).toBe(true))
  expect(names()).toEqual(['file a.gif', 'file b.webp', 'photo c'])
  expect(await chosen.carried[0]?.made.file?.text()).toBe('of a file')
})

test('what is sent of a file is as large as what was made of it, and a file as large as it is', async () => {
  const { chosen, last, file } = choosing()
  chosen.add([file('a.gif', 'image/gif'), file('b.bin', '')])
  const sizes = () => chosen.items.map((item) => chosen.sizeOf(item))
  expect(sizes()).toEqual([0, 9])
  last('a.gif').make({ ...film('a'), file: new Blob(['larger than it']) })
  await vi.waitFor(() => expect(chosen.items[0]?.done).toBe(true))
  expect(sizes()).toEqual([14, 9])
  chosen.plain = true
  expect(sizes()).toEqual([9, 9])
})
