// SPDX-License-Identifier: AGPL-3.0-or-later
import { MARK_LENGTH, type Marks } from './worker/mark'

/** A file that a part needs, and what it holds, as browsers take it. */
type Needed = readonly [href: string, integrity: string]

declare global {
  interface Window {
    /** What the page says of files itself: groups of what one part needs, itself first. Read by boot.js. */
    zolalAhead?: Readonly<Record<string, readonly Needed[]>>
  }
}

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
  await Promise.all(needed.map(([href, integrity]) => once(href, () => linked(href, integrity))))
  return load()
}

/**
 * What the page does not name itself: held to the marks first, and then named by all it holds. A browser that
 * was given something else by `integrity` alone would keep that and never ask again.
 */
async function looked(name: string): Promise<Needed[]> {
  const { names, marks, needs } = await once('', table)
  const found = new Set<number>()
  const seen = new Set<number>()
  const visit = (at: number) => {
    if (seen.has(at)) return
    seen.add(at)
    for (const next of needs[at]?.match(/\d+/g) ?? []) visit(+next)
    found.add(at)
  }
  visit(names.indexOf(name))
  return Promise.all(
    [...found].map(async (at) => {
      const href = `/assets/${names[at]}`
      // Asked for already, and held to what it must be there.
      if (coming.has(href)) return [href, (await coming.get(href)) as string] as const
      const mark = marks.slice(at * MARK_LENGTH, (at + 1) * MARK_LENGTH)
      return [href, await once(`${href} `, () => summed(href, mark))] as const
    }),
  )
}

async function table() {
  const [href, integrity] = ahead()['marks']?.[0] ?? ['', '']
  const ask = (cache: RequestCache) => fetch(href, { integrity, cache })
  const { names, marks, needs }: Marks = await (await ask('default').catch(() => ask('reload'))).json()
  return { names: names.split(' '), marks, needs: needs.split(',') }
}

/** The whole of what a file holds, where it is the one with this mark. */
async function summed(href: string, mark: string): Promise<string> {
  // Where the browser does not count, whoever could change a file could as well change the page.
  if (!crypto.subtle) return ''
  // What lies in the browser's cache may be somebody else's.
  for (const cache of ['default', 'reload'] as const) {
    const body = await (await fetch(href, { cache })).arrayBuffer()
    const sum = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', body))))
    if (mark && sum.startsWith(mark)) return `sha256-${sum}`
  }
  throw new Error(href)
}

/** Names a file in the page by what it holds. */
function linked(href: string, integrity: string): Promise<string> {
  const link = document.createElement('link')
  const style = href.endsWith('.css')
  // Of a worker's script no page says what it holds, nor of any where the browser does not know how: those
  // are looked at, and lie in the browser's cache then.
  if (!style && (href.includes('.worker-') || !link.relList.supports('modulepreload')))
    return fetch(href, { integrity }).then(() => integrity)
  return new Promise((resolve, reject) => {
    link.onload = () => resolve(integrity)
    link.onerror = () => {
      link.remove()
      // What lies in the browser's cache may be somebody else's: whoever asks again gets what is there now.
      const renewed = fetch(href, { cache: 'reload' }).catch(() => {})
      void renewed.then(() => reject(new Error(href)))
    }
    Object.assign(link, { rel: style ? 'stylesheet' : 'modulepreload', crossOrigin: '', integrity, href })
    document.head.append(link)
  })
}
