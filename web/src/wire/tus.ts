// SPDX-License-Identifier: AGPL-3.0-or-later

import type { MediaKind } from '../model/media'
import { Refusal, Silence } from './failure'
import { decodeRefusal } from './frame'
import { ErrorCode } from './gen/zolal/v1/frame_pb'
import type { Net } from './link'
import { spent, spentAs } from './spent'

export { Files } from './gen/zolal/v1/media_pb'

/** Uploads by tus 1.0: what of it this app needs. */

export interface TusOptions {
  readonly address: string
  readonly token: string
  readonly net: Net
  readonly signal: AbortSignal
}

export interface TusFile {
  readonly length: number
  readonly name: string
  readonly photo: boolean
  /** One of several that are joined. */
  readonly partial: boolean
}

interface Ask {
  readonly method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE'
  readonly id: string
  readonly headers: Record<string, string>
  readonly body?: Blob
  progress?(sent: number): void
}

interface Answer {
  readonly status: number
  header(name: string): string | null
  readonly body: Uint8Array
}

const ANSWERED_WITHIN = 90_000

/** Begins an upload; its name. MEDIA-1 */
export async function begin(o: TusOptions, file: TusFile): Promise<string> {
  const headers = {
    'Upload-Length': String(file.length),
    ...metadata(file),
    ...(file.partial ? { 'Upload-Concat': 'partial' } : {}),
  }
  return made(await ask(o, { method: 'POST', id: '', headers }))
}

/** How much of an upload has arrived for good. */
export async function whereIs(o: TusOptions, id: string): Promise<number> {
  return offset(await ask(o, { method: 'HEAD', id, headers: {} }))
}

/** Adds bytes at a place; how much there is then. */
export async function append(
  o: TusOptions,
  id: string,
  part: {
    readonly at: number
    readonly bytes: Blob
    /** What it is counted as. */
    readonly kind: MediaKind
    progress(sent: number): void
  },
): Promise<number> {
  const headers = { 'Upload-Offset': String(part.at) }
  const { bytes, progress } = part
  const at = offset(await ask(o, { method: 'PATCH', id, headers, body: bytes, progress }))
  spent.add(spentAs(part.kind), 'sent', bytes.size)
  return at
}

/** Makes one upload of several, in their order. MEDIA-2 */
export async function join(
  o: TusOptions,
  ids: readonly string[],
  file: Pick<TusFile, 'name' | 'photo'>,
): Promise<string> {
  const headers = {
    'Upload-Concat': `final;${ids.map((id) => `/upload/${id}`).join(' ')}`,
    ...metadata(file),
  }
  return made(await ask(o, { method: 'POST', id: '', headers }))
}

/** Ends an upload that is not wanted any more. */
export async function drop(o: TusOptions, id: string): Promise<void> {
  await ask(o, { method: 'DELETE', id, headers: {} })
}

function metadata({ name, photo }: Pick<TusFile, 'name' | 'photo'>): Record<string, string> {
  const all = { ...(name ? { filename: name } : {}), ...(photo ? { kind: 'photo' } : {}) }
  const pairs = Object.entries(all).map(([key, value]) => `${key} ${base64(value)}`)
  return pairs.length > 0 ? { 'Upload-Metadata': pairs.join(',') } : {}
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

function made(answer: Answer): string {
  const id = answer.header('Location')?.split('/').at(-1)
  if (!id) throw new Silence('interfering', true)
  return id
}

function offset(answer: Answer): number {
  const at = Number(answer.header('Upload-Offset') ?? Number.NaN)
  if (!Number.isSafeInteger(at)) throw new Silence('interfering', true)
  return at
}

async function ask(o: TusOptions, a: Ask): Promise<Answer> {
  if (!o.net.online()) throw new Silence('offline', false)
  const headers = {
    // Errors come as the request came.
    'Content-Type': a.method === 'PATCH' ? 'application/offset+octet-stream' : 'application/x-protobuf',
    'Tus-Resumable': '1.0.0',
    Authorization: `Bearer ${o.token}`,
    ...a.headers,
  }
  const send = a.body && typeof XMLHttpRequest === 'function' ? byRequest : byFetch
  const answer = await send(o, { ...a, headers }).catch((error: unknown) => {
    if (o.signal.aborted) throw error
    throw new Silence(o.net.online() ? 'cut' : 'offline', true, error)
  })
  // Whatever answers without this is not our server.
  if (answer.header('Zolal') !== 'v1') {
    throw new Silence([502, 503, 504].includes(answer.status) ? 'cut' : 'interfering', true)
  }
  if (answer.status < 200 || answer.status > 299) throw refusal(a.method, answer)
  return answer
}

/** Why an upload was refused. The answer to HEAD has no body: there is one reason worth a code. */
function refusal(method: Ask['method'], { status, body }: Answer): Error {
  if (method === 'HEAD') {
    const gone = status === 404 || status === 410
    return gone ? new Refusal(ErrorCode.FILE_GONE) : new Refusal(ErrorCode.UNAVAILABLE)
  }
  if (method !== 'PATCH') return decodeRefusal(body)
  try {
    const said = JSON.parse(new TextDecoder().decode(body)) as { code?: string; retryMs?: number | string }
    const code = ErrorCode[said.code as keyof typeof ErrorCode]
    if (code) return new Refusal(code, '', Number(said.retryMs ?? 0))
  } catch {
    // Not an answer of ours.
  }
  return new Silence('interfering', true)
}

async function byFetch(o: TusOptions, a: Ask): Promise<Answer> {
  const response = await o.net.fetch(`${o.address}/upload/${a.id}`, {
    method: a.method,
    headers: a.headers,
    ...(a.body ? { body: a.body } : {}),
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'manual',
    referrerPolicy: 'no-referrer',
    signal: AbortSignal.any([o.signal, AbortSignal.timeout(ANSWERED_WITHIN)]),
  })
  const body = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, header: (name) => response.headers.get(name), body }
}

/** What a page sends shows its progress by this older way alone. It ends when nothing moves for a while. */
function byRequest(o: TusOptions, a: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = () => request.abort()
    const moved = () => {
      clearTimeout(timer)
      timer = setTimeout(stop, ANSWERED_WITHIN)
    }
    request.open(a.method, `${o.address}/upload/${a.id}`)
    request.responseType = 'arraybuffer'
    for (const [name, value] of Object.entries(a.headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = (event) => {
      moved()
      a.progress?.(event.loaded)
    }
    request.onloadend = () => {
      clearTimeout(timer)
      o.signal.removeEventListener('abort', stop)
      const { status } = request
      if (status === 0) return reject(new Error('cut'))
      const body = new Uint8Array((request.response as ArrayBuffer | null) ?? new ArrayBuffer(0))
      resolve({ status, header: (name) => request.getResponseHeader(name), body })
    }
    o.signal.addEventListener('abort', stop)
    moved()
    request.send(a.body ?? null)
  })
}
