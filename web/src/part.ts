// SPDX-License-Identifier: AGPL-3.0-or-later
import { MARK_LENGTH, type Marks, SUM_LENGTH } from './worker/mark'

/** A file that a part needs, and what it holds, as browsers take it. */
type Needed = readonly [href: string, integrity: string]

declare global {
  interface Window {
    /** What the page says of files itself: groups of what one part needs, itself first. Read by boot.js. */
    zolalAhead?: Readonly<Record<string, readonly Needed[]>>
  }
}

/** A large screen needs forty files: named in one go they would stop a slow phone for a moment. */
const AT_ONCE = 6

const ahead = () => window.zolalAhead ?? {}
const coming = new Map<string, Promise<unknown>>()

/** What was begun under this key, unless it failed. */
function once<T>(key: string, begin: () => Promise<T>): Promise<T> {
  const here = coming.get(key) as Promise<T> | undefined
  if (here) return here
  const begun = begin()
  coming.set(key, begun)
  begun.catch(() => coming.delete(key))
  return begun
}

/**
 * Loads a part of the app: the script `name`, what it imports, and their styles. All of it is what the build
 * made, or nothing of it runs. Rejects where something cannot be had so; asked again, it fetches again.
 */
export async function part<T>(load: () => Promise<T>, name: string): Promise<T> {
  const told = Object.values(ahead()).find(([first]) => first?.[0] === `/assets/${name}`)
  const needed = told ?? (await looked(name))
  const links: Promise<unknown>[] = []
  for (const [href, integrity] of needed) {
    if (links.length > 0 && links.length % AT_ONCE === 0) await pause()
    links.push(once(href, () => linked(href, integrity)))
  }
  await Promise.all(links)
  return load()
}

/** Lets the page do something else; timers would wait for long where nobody looks at it. */
const pause = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = resolve
    port2.postMessage(null)
  })

/** What the page does not name itself. */
async function looked(name: string): Promise<Needed[]> {
  const { names, marks, needs, sums } = await once('', tables)
  const found = new Set<number>()
  const seen = new Set<number>()
  const visit = (at: number) => {
    if (seen.has(at)) return
    seen.add(at)
    for (const next of needs[at]?.match(/\d+/g) ?? []) visit(+next)
    found.add(at)
  }
  visit(names.indexOf(name))
  const piece = (text: string, at: number, length: number) => text.slice(at * length, (at + 1) * length)
  return [...found].map((at) => {
    const sum = piece(marks, at, MARK_LENGTH) + piece(sums, at, SUM_LENGTH - MARK_LENGTH)
    return [`/assets/${names[at]}`, `sha256-${sum}`] as const
  })
}

/** Of all files: what the worker knows them by, and what of their sums that leaves out. */
async function tables() {
  const read = async (file: Needed): Promise<unknown> => (await held(...file)).json()
  const [marked, sums] = await Promise.all((ahead()['marks'] ?? []).map(read))
  const { names, marks, needs } = marked as Marks
  return { names: names.split(' '), marks, needs: needs.split(','), sums: sums as string }
}

/** What a file holds. What lies in the browser's cache may be somebody else's. */
function held(href: string, integrity: string): Promise<Response> {
  const ask = (cache: RequestCache) => fetch(href, { integrity, cache })
  return ask('default').catch(() => ask('reload'))
}

/** Has a file there before it is needed: what it should hold, or not at all. */
function linked(href: string, integrity: string): Promise<unknown> {
  const rel = href.endsWith('.css') ? 'stylesheet' : 'modulepreload'
  // Of a worker's script no page says what it holds, nor of any where the browser does not know how: those
  // are looked at, and lie in the browser's cache then.
  if (href.includes('.worker-') || !document.createElement('link').relList.supports(rel))
    return held(href, integrity)
  const named = () => link({ rel, crossOrigin: '', integrity, href })
  return named().catch(() => fetch(href, { cache: 'reload' }).then(named))
}

/** Names a file in the page by what it holds. */
function link(about: Partial<HTMLLinkElement>): Promise<unknown> {
  const link = document.createElement('link')
  return new Promise((resolve, reject) => {
    link.onload = resolve
    link.onerror = () => {
      link.remove()
      reject(new Error(about.href))
    }
    Object.assign(link, about)
    document.head.append(link)
  })
}
