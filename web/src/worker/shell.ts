// SPDX-License-Identifier: AGPL-3.0-or-later
import { type Fetching, scope } from './scope'
import { takeIn } from './shared'

/** A file of the app. Those with a hash in their name need no other mark. */
export interface ShellFile {
  readonly path: string
  /** Of the content, where the name does not hold it. */
  readonly hash?: string
}

/** What the build put in: `first` is what the first draw needs, `rest` every other file. */
export interface ShellFiles {
  readonly first: readonly ShellFile[]
  readonly rest: readonly ShellFile[]
}

declare const SHELL_FILES: ShellFiles

/**
 * One cache for all versions: what did not change keeps its key, so an update fetches nothing again. Files of
 * the version before stay until the next one, because pages of it may still be open.
 */
const CACHE = 'zolal-files'
/** Under this key the cache says which files the running version has. */
const LIST = '/.files'

const keyOf = ({ path, hash }: ShellFile) => (hash ? `${path}?${hash}` : path)
const all = [...SHELL_FILES.first, ...SHELL_FILES.rest]
const byPath = new Map(all.map((file) => [file.path, keyOf(file)]))
const PAGE = byPath.get('/index.html') ?? ''
const POLICY = 'content-security-policy'

/** A file without its hash, which is shorter in styles than in scripts: the same part in another version. */
const stemOf = (key: string) => key.replace(/-[\w-]{6,8}(\.\w+)$/, '$1')

async function put(cache: Cache, file: ShellFile, signal: AbortSignal | null = null): Promise<void> {
  if (await cache.match(keyOf(file))) return
  // What has a hash may come from the browser's own cache: the page has just fetched it.
  const answer = await fetch(file.path, { cache: file.hash ? 'no-cache' : 'default', signal })
  // A filter's page in the place of a file must not be kept.
  const page = /html/.test(answer.headers.get('content-type') ?? '')
  if (!answer.ok || answer.redirected || page !== file.path.endsWith('.html')) throw new Error(file.path)
  await cache.put(keyOf(file), answer)
}

/** Fetches what the first draw needs, and of the rest what this device had of the version before. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE)
  await Promise.all(SHELL_FILES.first.map((file) => put(cache, file)))
  const had = new Set((await cache.keys()).map(({ url }) => stemOf(new URL(url).pathname)))
  const again = SHELL_FILES.rest.filter((file) => had.has(stemOf(file.path)))
  await Promise.allSettled(again.map((file) => put(cache, file)))
}

/** Fetches the rest, one after the other, where the page says that the network bears it. */
export async function fill(): Promise<void> {
  const cache = await caches.open(CACHE)
  for (const file of SHELL_FILES.rest) await put(cache, file).catch(() => {})
}

/** A file of this version: the kept one, or the server's where it comes within so many ms; else null. */
export async function fileWithin(ms: number, path: string): Promise<Response | null> {
  const file = all.find((one) => one.path === path)
  if (!file) return null
  const cache = await caches.open(CACHE)
  await put(cache, file, AbortSignal.timeout(ms)).catch(() => {})
  return (await cache.match(keyOf(file))) ?? null
}

async function activate(): Promise<void> {
  const cache = await caches.open(CACHE)
  const before = (await (await cache.match(LIST))?.json().catch(() => [])) as string[] | undefined
  const now = all.map(keyOf)
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

async function file(request: Request, key: string): Promise<Response> {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(key)
  if (kept) return kept
  const answer = await fetch(request)
  const { pathname } = new URL(request.url)
  if (answer.ok && byPath.has(pathname)) await cache.put(key, answer.clone())
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
    if (PAGES.has(pathname)) event.respondWith(page(event))
    return
  }
  const key = byPath.get(pathname) ?? (pathname.startsWith('/assets/') ? pathname : null)
  // Parts of a file are the browser's business.
  if (key && !request.headers.has('range')) event.respondWith(file(request, key))
}

/** The app starts without a network, and an update changes whole versions alone. */
export function keepShell(): void {
  scope.addEventListener('install', (event) => event.waitUntil(install()))
  scope.addEventListener('activate', (event) => event.waitUntil(activate()))
  scope.addEventListener('fetch', answer)
}
