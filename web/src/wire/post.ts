// SPDX-License-Identifier: AGPL-3.0-or-later

import { Silence } from './failure'
import { decodeRefusal } from './frame'
import type { Net } from './link'

export interface PostOptions {
  readonly address: string
  readonly token: string
  readonly net: Net
  /** The life of the server that the request is meant for, in hex; without it, whichever answers. */
  readonly incarnation?: string
}

/** A proxy in front of a server that is down says so with these; it does not pretend to be the server. */
const proxyDown: ReadonlySet<number> = new Set([502, 503, 504])

/**
 * Posts to our server and checks that it is the one that answers: its header is on every genuine answer.
 * A captive portal's page, or its redirection, is interference whatever its status says.
 */
export async function openPost(
  o: PostOptions,
  method: string,
  payload: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Response> {
  if (!o.net.online()) throw new Silence('offline', false)
  let response: Response
  try {
    response = await o.net.fetch(`${o.address}/api/${method}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-protobuf',
        ...(o.token ? { Authorization: `Bearer ${o.token}` } : {}),
        // SYNC-7
        ...(o.incarnation ? { 'Zolal-Incarnation': o.incarnation } : {}),
      },
      body: payload,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      signal,
    })
  } catch (error) {
    throw unanswered(o.net, signal, error)
  }
  if (response.headers.get('Zolal') !== 'v1') {
    response.body?.cancel().catch(() => {})
    throw new Silence(proxyDown.has(response.status) ? 'cut' : 'interfering', true)
  }
  if (response.status !== 200) throw decodeRefusal(await bodyOf(o.net, response, signal))
  return response
}

async function bodyOf(net: Net, response: Response, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer())
  } catch (error) {
    throw unanswered(net, signal, error)
  }
}

function unanswered(net: Net, signal: AbortSignal, cause: unknown): Silence {
  if (signal.aborted) return new Silence(signal.reason === 'late' ? 'late' : 'cut', true, cause)
  return new Silence(net.online() ? 'cut' : 'offline', true, cause)
}

/** One request and its answer. Rejects with Refusal or Silence. */
export async function post(
  o: PostOptions,
  method: string,
  payload: Uint8Array,
  deadlineMs: number,
  abort = new AbortController(),
): Promise<Uint8Array> {
  const timer = setTimeout(() => abort.abort('late'), deadlineMs)
  try {
    const response = await openPost(o, method, new Uint8Array(payload), abort.signal)
    return await bodyOf(o.net, response, abort.signal)
  } finally {
    clearTimeout(timer)
  }
}
