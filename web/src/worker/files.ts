// SPDX-License-Identifier: AGPL-3.0-or-later
import { base64 } from './base64'
import { MARK_BYTES, MARK_LENGTH, type Marks } from './mark'
import { mySession, roots } from './post'
import { scope } from './scope'

/**
 * What the build put in: paths with marks of their contents. `first` is what the first draw needs, `rest` is
 * not; neither has a hash in its name. Those in /assets/ have one and change it with their content: which
 * there are `table` says, one file of them, which pages read too.
 */
export interface ShellFiles {
  readonly first: Readonly<Record<string, string>>
  readonly rest: Readonly<Record<string, string>>
  readonly table: Readonly<Record<string, string>>
}

declare const SHELL_FILES: ShellFiles

/**
 * One cache for all versions: what did not change keeps its key, so an update fetches nothing again. Files of
 * the version before stay until the next one, because pages of it may still be open.
 */
export const CACHE = 'zolal-files'
/** How long an address may say nothing where another is tried then. */
const SILENT_MS = 15_000
/** An hour: a timer has no end. */
const FOREVER = 3_600_000

/** What is known without the table. */
const told = { ...SHELL_FILES.first, ...SHELL_FILES.rest, ...SHELL_FILES.table }
const TABLE = Object.keys(SHELL_FILES.table)[0] ?? ''

export const lasting = (path: string) => path.startsWith('/assets/')
export const keyOf = (path: string) => (lasting(path) ? path : `${path}?${told[path]}`)
/** Whether a request may be for a file of the app, of this version or another. */
export const ours = (path: string) => path in told || lasting(path)

/** The paths of this version. */
export interface Version {
  readonly first: readonly string[]
  readonly rest: readonly string[]
  readonly marks: ReadonlyMap<string, string>
}

let reading: Promise<Version> | null = null

/** Rejects where the table is neither kept nor to be had: asked again, it is asked for again. */
export function version(asking?: Asking): Promise<Version> {
  reading ??= read(asking).catch((error: unknown) => {
    reading = null
    throw error
  })
  return reading
}

async function read(asking?: Asking): Promise<Version> {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(TABLE)
  const answer = kept ?? (await fetched(TABLE, asking))
  // Where there is no room to keep it, it is used all the same.
  if (!kept) await cache.put(TABLE, answer.clone()).catch(() => {})
  const { first, names, marks } = (await answer.json()) as Marks
  const paths = names.split(' ').map((name) => `/assets/${name}`)
  return {
    first: [TABLE, ...Object.keys(SHELL_FILES.first), ...paths.slice(0, first)],
    rest: [...Object.keys(SHELL_FILES.rest), ...paths.slice(first)],
    marks: new Map(paths.map((path, at) => [path, marks.slice(at * MARK_LENGTH, (at + 1) * MARK_LENGTH)])),
  }
}

/** What a file of this version is known by; none of another's. */
export async function markOf(path: string): Promise<string | undefined> {
  return told[path] ?? (await version()).marks.get(path)
}

/** Whether this is what the build made, and not a filter's page in its place. */
async function genuine(path: string, body: ArrayBuffer): Promise<boolean> {
  const digest = await crypto.subtle.digest('SHA-256', body)
  return base64(digest.slice(0, MARK_BYTES)) === (await markOf(path))
}

/**
 * Where a file may come from, the address that answered last first: our own may be blocked, and say nothing
 * for long. Only what is the same in every version comes from another.
 */
async function sources(path: string): Promise<Iterable<string>> {
  const session = lasting(path) ? await mySession().catch(() => undefined) : undefined
  return session ? roots(session) : [scope.location.origin]
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

export interface Asking {
  readonly signal?: AbortSignal
  /** The worker is being installed. */
  readonly installing?: boolean
}

/**
 * A file of this version. Rejects where no address has it. A worker that is being installed asks its own
 * alone: what the pages of the version before have stored is not its to open yet.
 */
export async function fetched(path: string, { signal, installing }: Asking = {}): Promise<Response> {
  const own = scope.location.origin
  // What has a hash may come from the browser's own cache: the page has just fetched it.
  const init: RequestInit = { cache: lasting(path) ? 'default' : 'no-cache', signal: signal ?? null }
  let answer = installing ? await from(own, path, init, FOREVER) : null
  for (const root of answer || installing ? [] : await sources(path))
    answer ??= await from(root, path, init, SILENT_MS)
  // What lies in the browser's cache may be somebody else's; and whoever is slow has its time in the end.
  answer ??= await from(own, path, { ...init, cache: 'reload' }, FOREVER)
  if (!answer) throw new TypeError(path)
  return answer
}

/** Keeps a file of this version, where it is not kept yet. */
export async function put(cache: Cache, path: string, asking?: Asking): Promise<void> {
  if (await cache.match(keyOf(path))) return
  await cache.put(keyOf(path), await fetched(path, asking))
}
