// SPDX-License-Identifier: AGPL-3.0-or-later
import { Refusal, Silence } from './failure'
import { ErrorCode } from './gen/zolal/v1/frame_pb'
import type { Net } from './link'

/** Loading by HTTP: a medium or the rest of one, as it comes. MEDIA-9 */

export interface LoadAsk {
  readonly net: Net
  readonly address: string
  /** What is here already. */
  readonly from: number
  /** Everybody may keep it, so the browser may have it. */
  readonly open: boolean
  readonly signal: AbortSignal
}

export interface Loading {
  /** Where it begins: at what was asked for, or at 0. */
  readonly from: number
  /** Of all of it. */
  readonly size: number
  /** Its next bytes; null at the end. */
  next(): Promise<Uint8Array<ArrayBuffer> | null>
}

/** A connection that brings nothing for so long is cut. */
const STALL = 30_000

/**
 * Waits for something that a stalled connection would never bring. Whoever stops it does not wait for fetch
 * to notice: where nothing else holds its request, Node forgets the signal of one that is on its way.
 */
async function within<T>(work: Promise<T>, stop: AbortController, signal: AbortSignal): Promise<T> {
  const timer = setTimeout(() => stop.abort(new Silence('late', true)), STALL)
  let stopped = () => {}
  const end = new Promise<never>((_, reject) => {
    stopped = () => reject(signal.reason)
    if (signal.aborted) stopped()
    signal.addEventListener('abort', stopped)
  })
  try {
    return await Promise.race([work, end])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stopped)
  }
}

export async function load(ask: LoadAsk): Promise<Loading> {
  if (!ask.net.online()) throw new Silence('offline', false)
  const stop = new AbortController()
  const signal = AbortSignal.any([ask.signal, stop.signal])
  const quiet = (error: unknown): never => {
    if (ask.signal.aborted || error instanceof Silence || error instanceof Refusal) throw error
    throw new Silence(ask.net.online() ? 'cut' : 'offline', true, error)
  }
  const answer = await within(
    ask.net.fetch(ask.address, {
      headers: ask.from > 0 ? { Range: `bytes=${ask.from}-` } : {},
      cache: ask.open ? 'default' : 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal,
    }),
    stop,
    signal,
  ).catch(quiet)
  const { from, size } = extent(answer)
  const reader = answer.body?.getReader()
  if (!reader) throw new Silence('interfering', true)
  return {
    from,
    size,
    next: async () => {
      const { done, value } = await within(reader.read(), stop, signal).catch(quiet)
      return done ? null : value
    },
  }
}

/** What an answer brings, or why it brings nothing. */
function extent({ status, headers }: Response): { from: number; size: number } {
  if (headers.get('Zolal') !== 'v1') {
    throw new Silence([502, 503, 504].includes(status) ? 'cut' : 'interfering', true)
  }
  if (status === 200) return { from: 0, size: Number(headers.get('Content-Length') ?? 0) }
  const [, from, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('Content-Range') ?? '') ?? []
  if (status === 206 && from && size) return { from: Number(from), size: Number(size) }
  if (status === 401) throw new Refusal(ErrorCode.UNAUTHENTICATED)
  if (status === 503 || status === 507) throw new Refusal(ErrorCode.UNAVAILABLE)
  throw new Refusal(ErrorCode.NOT_FOUND)
}
