// SPDX-License-Identifier: AGPL-3.0-or-later
import { again } from './again'
import { CACHE, fetched, keyOf, markOf, ours, put, version } from './files'
import { type Fetching, type Lasting, scope } from './scope'
import { takeIn } from './shared'
import { spending } from './spending'

/** Under this key the cache says which files the running version has. */
const LIST = '/.files'
const PAGE = keyOf('/index.html')
const POLICY = 'content-security-policy'

/** Fetches what the first draw needs, and of the rest what this device had of the version before. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE)
  const { first, rest } = await version({ installing: true })
  await Promise.all(first.map((path) => put(cache, path, { installing: true })))
  const had = (await cache.keys()).map(({ url }) => new URL(url).pathname)
  await Promise.allSettled(again(had, first, rest).map((path) => put(cache, path, { installing: true })))
}

/** Fetches the rest, one after the other, where the page says that the network bears it. */
export async function fill(): Promise<void> {
  const cache = await caches.open(CACHE)
  for (const path of (await version()).rest) await put(cache, path).catch(() => {})
}

/** A file of this version: the kept one, or the server's where it comes within so many ms; else null. */
export async function fileWithin(ms: number, path: string): Promise<Response | null> {
  if (!(await markOf(path))) return null
  const cache = await caches.open(CACHE)
  await put(cache, path, { signal: AbortSignal.timeout(ms) }).catch(() => {})
  return (await cache.match(keyOf(path))) ?? null
}

async function activate(): Promise<void> {
  const cache = await caches.open(CACHE)
  const before = (await (await cache.match(LIST))?.json().catch(() => [])) as string[] | undefined
  const { first, rest } = await version()
  const now = [...first, ...rest].map(keyOf)
  const keep = new Set([...(before ?? []), ...now, LIST])
  for (const request of await cache.keys()) {
    const { pathname, search } = new URL(request.url)
    if (!keep.has(pathname + search)) await cache.delete(request)
  }
  await cache.put(LIST, new Response(JSON.stringify(now)))
  // Pages that were open before there was a worker get its files too.
  await scope.clients.claim()
}

/** The app's one page, whatever the address: it reads the rest of it itself. */
async function page(event: Fetching): Promise<Response> {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(PAGE)
  if (!kept) return fetch(event.request)
  event.waitUntil(renew(cache, kept.clone()).catch(() => {}))
  return kept
}

/**
 * The page comes with the addresses that it may speak to. Where the server has others by now, the same page
 * is kept with those, for the next start. Another page is of another version, or somebody else's.
 */
async function renew(cache: Cache, kept: Response): Promise<void> {
  const answer = await fetch('/index.html', { cache: 'no-cache', redirect: 'error' })
  const policies = [kept, answer].map(({ headers }) => headers.get(POLICY))
  if (!answer.ok || policies[0] === policies[1]) return
  if ((await kept.text()) === (await answer.clone().text())) await cache.put(PAGE, answer)
}

/** What cannot be had is missing, not taken from whoever answers: the page asks again later. */
async function file(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(keyOf(path))
  if (kept) return kept
  const mark = await markOf(path).catch(() => null)
  // A file of another version: a page of the one before may still be open.
  if (mark === undefined) return fetch(request)
  const answer = mark ? await fetched(path).catch(() => Response.error()) : Response.error()
  // Where there is no room to keep it, it is used all the same.
  if (answer.ok) await cache.put(keyOf(path), answer.clone()).catch(() => {})
  return answer
}

/** Where the app draws its page; every other address is the server's. */
const PAGES = new Set(['/', '/index.html', '/share'])

function answer(event: Fetching): void {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (origin !== scope.location.origin) return
  if (request.method === 'POST' && pathname === '/share') event.respondWith(takeIn(request))
  if (request.method !== 'GET') return
  if (request.mode === 'navigate') {
    if (PAGES.has(pathname)) event.respondWith(counted(event, page(event)))
    return
  }
  // Parts of a file are the browser's business.
  if (ours(pathname) && !request.headers.has('range'))
    event.respondWith(counted(event, file(request, pathname)))
}

/** An answer, and behind it the count of what it took. */
function counted(event: Lasting, answer: Promise<Response>): Promise<Response> {
  event.waitUntil(answer.then(() => spending.keep()).catch(() => {}))
  return answer
}

/** The app starts without a network, and an update changes whole versions alone. */
export function keepShell(): void {
  scope.addEventListener('install', (event) =>
    event.waitUntil(install().finally(() => spending.keep().catch(() => {}))),
  )
  scope.addEventListener('activate', (event) => event.waitUntil(activate()))
  scope.addEventListener('fetch', answer)
}
