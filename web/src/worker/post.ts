// SPDX-License-Identifier: AGPL-3.0-or-later
import { AccountDb, type NotifyRow, Registry, type SessionRow } from '../db'
import { PUSH_DEFAULTS } from '../model/push'
import { scope } from './scope'
import { spending } from './spending'

/** How long one address may take to answer, and all of them: browsers do not wait long for a notification. */
const LOOK_MS = 6000
const ALL_MS = 15_000

/** The session and the wishes of this device, read anew each time: a page may change both. */
export async function known(): Promise<{ session: SessionRow | undefined; notify: NotifyRow }> {
  const registry = await Registry.open()
  try {
    const session = await registry.get('session')
    const notify = await registry.get('notify')
    return {
      session,
      notify: notify ?? { on: false, language: 'fa', settings: PUSH_DEFAULTS },
    }
  } finally {
    registry.close()
  }
}

/** Where the server may answer, the address that did last first. */
export async function roots(session: SessionRow): Promise<ReadonlySet<string>> {
  const own = scope.location.origin
  try {
    const db = await AccountDb.open(AccountDb.nameOf(session))
    const list = await db.read((r) => r.value('addresses')).finally(() => db.close())
    const { addresses = [], good = own } = list ?? {}
    return new Set([good, own, ...addresses])
  } catch {
    // A page of a newer version has changed what is stored.
    return new Set([own])
  }
}

/** Who is signed in, if anybody is. */
export const mySession = async () => (await known()).session

/** Calls a method with the token of the device; null where nobody is signed in, or the server is silent. */
export async function post(
  method: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Response | null> {
  const session = await mySession()
  if (!session) return null
  const until = Date.now() + ALL_MS
  for (const root of await roots(session)) {
    const left = until - Date.now()
    if (left <= 0) break
    spending.sends(sizeOf(body))
    const answer = await fetch(`${root}/api/${method}`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${session.token}` },
      body,
      signal: AbortSignal.timeout(Math.min(LOOK_MS, left)),
    }).catch(() => null)
    // Without the header somebody else answers: a portal, a filter.
    if (answer?.headers.get('zolal') === 'v1') return answer
  }
  return null
}

const sizeOf = (body: string | Uint8Array) => new Blob([body as BlobPart]).size

/** Likewise, in JSON; null for a refusal too. */
export async function ask<T>(method: string, request: object): Promise<T | null> {
  const answer = await post(method, JSON.stringify(request), { 'content-type': 'application/json' })
  return answer?.ok ? ((await answer.json()) as T) : null
}
