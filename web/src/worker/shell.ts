// SPDX-License-Identifier: AGPL-3.0-or-later
import { base64 } from './base64'
import { MARK_BYTES } from './mark'
import { mySession, roots } from './post'
import { type Fetching, type Lasting, scope } from './scope'
import { takeIn } from './shared'
import { spending } from './spending'

/**
 * What the build put in: paths with marks of their contents. `first` is what the first draw needs, `rest`
 * every other file. Those in /assets/ have a hash in their name and change it with their content.
 */
export interface ShellFiles {
  readonly first: Readonly<Record<string, string>>
  readonly rest: Readonly<Record<string, string>>
}

declare const SHELL_FILES: ShellFiles

/**
 * One cache for all versions: what did not change keeps its key, so an update fetches nothing again. Files of
 * the version before stay until the next one, because pages of it may still be open.
 */
const CACHE = 'zolal-files'
/** Under this key the cache says which files the running version has. */
const LIST = '/.files'
/** How long an address may say nothing where another is tried then. */
const SILENT_MS = 15_000
/** An hour: a timer has no end. */
const FOREVER = 3_600_000

const marks: Readonly<Record<string, string>> = { ...SHELL_FILES.first, ...SHELL_FILES.rest }
const lasting = (path: string) => path.startsWith('/assets/')
const keyOf = (path: string) => (lasting(path) ? path : `${path}?${marks[path]}`)
const PAGE = keyOf('/index.html')
const POLICY = 'content-security-policy'

/** A file without its hash, which is shorter in styles than in scripts: the same part in another version. */
const stemOf = (key: string) => key.replace(/-[\w-]{6,8}(\.\w+)$/, '$1')

/** Whether this is what the build made, and not a filter's page in its place. */
async function genuine(path: string, body: ArrayBuffer): Promise<boolean> {
  const digest = await crypto.subtle.digest('SHA-256', body)
  return base64(digest.slice(0, MARK_BYTES)) === marks[path]
}

/** Where a file may come from beside our own address: only what is the same in every version. */
async function others(path: string): Promise<readonly string[]> {
  if (!lasting(path)) return []
  const session = await mySession().catch(() => undefined)
  return session ? [...(await roots(session))].filter((root) => root !== scope.location.origin) : []
}

/** All of an answer; aborts what says nothing for so long. */
async function whole(url: string, init: RequestInit, silence: number): Promise<[Response, ArrayBuffer]> {
  const stop = new AbortController()
  const { signal } = stop
  const one = init.signal ? AbortSignal.any([init.signal, signal]) : signal
  let timer = setTimeout(() => stop.abort(), silence)
  try {
    const answer = await fetch(url, { ...init, signal: one })
    const chunks: Uint8Array<ArrayBuffer>[] = []
    const reader = answer.body?.getReader()
    for (let got = await reader?.read(); got?.value; got = await reader?.read()) {
      chunks.push(got.value as Uint8Array<ArrayBuffer>)
      clearTimeout(timer)
      timer = setTimeout(() => stop.abort(), silence)
    }
    return [answer, await new Blob(chunks).arrayBuffer()]
  } finally {
    clearTimeout(timer)
  }
}

/** A file of this version from one address; null where it is not to be had there, or another. */
async function from(
  root: string,
  path: string,
  init: RequestInit,
  silence: number,
): Promise<Response | null> {
  try {
    const [{ ok, status, headers }, body] = await whole(root + path, init, silence)
    // Named anew: what another address gives would be of that address, and so would what it names.
    return ok && (await genuine(path, body)) ? new Response(body, { status, headers }) : null
  } catch {
    return null
  }
}

interface Asking {
  readonly signal?: AbortSignal
  /** The worker is being installed. */
  readonly installing?: boolean
}

/**
 * A file of this version. Rejects where no address has it. A worker that is being installed asks its own
 * alone: what the pages of the version before have stored is not its to open yet.
 */
async function fetched(path: string, { signal, installing }: Asking = {}): Promise<Response> {
  const own = scope.location.origin
  // What has a hash may come from the browser's own cache: the page has just fetched it.
  const init: RequestInit = { cache: lasting(path) ? 'default' : 'no-cache', signal: signal ?? null }
  let answer = await from(own, path, init, installing ? FOREVER : SILENT_MS)
  for (const root of answer || installing ? [] : await others(path))
    answer ??= await from(root, path, init, SILENT_MS)
  // What lies in the browser's cache may be somebody else's; and whoever is slow has its time in the end.
  answer ??= await from(own, path, { ...init, cache: 'reload' }, FOREVER)
  if (!answer) throw new TypeError(path)
  return answer
}

async function put(cache: Cache, path: string, asking?: Asking): Promise<void> {
  if (await cache.match(keyOf(path))) return
  await cache.put(keyOf(path), await fetched(path, asking))
}

/** Fetches what the first draw needs, and of the rest what this device had of the version before. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE)
  await Promise.all(Object.keys(SHELL_FILES.first).map((path) => put(cache, path, { installing: true })))
  const had = new Set((await cache.keys()).map(({ url }) => stemOf(new URL(url).pathname)))
  const again = Object.keys(SHELL_FILES.rest).filter((path) => had.has(stemOf(path)))
  await Promise.allSettled(again.map((path) => put(cache, path, { installing: true })))
}

/** Fetches the rest, one after the other, where the page says that the network bears it. */
export async function fill(): Promise<void> {
  const cache = await caches.open(CACHE)
  for (const path of Object.keys(SHELL_FILES.rest)) await put(cache, path).catch(() => {})
}

/** A file of this version: the kept one, or the server's where it comes within so many ms; else null. */
export async function fileWithin(ms: number, path: string): Promise<Response | null> {
  if (!marks[path]) return null
  const cache = await caches.open(CACHE)
  await put(cache, path, { signal: AbortSignal.timeout(ms) }).catch(() => {})
  return (await cache.match(keyOf(path))) ?? null
}

async function activate(): Promise<void> {
  const cache = await caches.open(CACHE)
  const before = (await (await cache.match(LIST))?.json().catch(() => [])) as string[] | undefined
  const now = Object.keys(marks).map(keyOf)
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
  const kept = await cache.match(marks[path] ? keyOf(path) : path)
  if (kept) return kept
  // A file of another version: a page of the one before may still be open.
  if (!marks[path]) return fetch(request)
  const answer = await fetched(path).catch(() => Response.error())
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
  if ((marks[pathname] || lasting(pathname)) && !request.headers.has('range'))
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
