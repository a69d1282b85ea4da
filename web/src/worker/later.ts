// SPDX-License-Identifier: AGPL-3.0-or-later
import { AccountDb, type OutboxRow, type SessionRow } from '../db'
import { KEY_LIFE, keyTime } from '../model/key'
import { mySession, post } from './post'

/** Where browsers let a worker run once there is a network again, it is woken under this name. */
export const LATER = 'outbox'

/**
 * Sends what waits while no page is there to do it. What is sent stays in the outbox, as what may have been
 * stored: the next page sends it again under its keys and learns its place, and nothing doubles.
 */
export async function sendWaiting(): Promise<void> {
  const session = await mySession()
  if (!session) return
  // The page that leads holds this lock for as long as it is there, and sends by itself.
  await navigator.locks.request(AccountDb.nameOf(session), { ifAvailable: true }, async (lock) => {
    if (lock) await send(session)
  })
}

async function send(session: SessionRow): Promise<void> {
  const db = await AccountDb.open(AccountDb.nameOf(session))
  try {
    const [all, cursor, clock = 0] = await db.read((r) =>
      Promise.all([r.outbox(), r.value('cursor'), r.value('clock')]),
    )
    const now = Date.now() + clock
    // What comes first in a chat is sent first; behind what cannot be sent now nothing of that chat is.
    const stuck = new Set<number>()
    for (const item of all) {
      const { chat, state, device, notBefore, keys } = item
      if (state === 'sent' || state === 'failed' || stuck.has(chat)) continue
      const good = state === 'waiting' && device === session.device && notBefore <= now
      // Older keys are the page's business: it makes others where nothing can have been stored.
      const fresh = Math.abs(now - keyTime(keys[0] ?? '')) < KEY_LIFE
      if (!good || !fresh || !(await sent(db, item, cursor?.incarnation ?? ''))) stuck.add(chat)
    }
  } finally {
    db.close()
  }
}

/** Whether what is behind it may go. Without an answer it throws: the browser wakes the worker once more. */
async function sent(db: AccountDb, { n }: OutboxRow, incarnation: string): Promise<boolean> {
  // From here on it may be stored without our knowing: the mark comes before the first byte. A page that does
  // not lead may have taken it back while what is before it was sent.
  const item = await db.write(async (w) => {
    const now = await w.outboxItem(n)
    if (now?.state !== 'waiting') return null
    await w.putOutbox({ ...now, unsure: true })
    return now
  }, 'strict')
  if (!item) return true
  const answer = await post(item.method, new Uint8Array(item.request), {
    'content-type': 'application/x-protobuf',
    'zolal-incarnation': incarnation,
  })
  if (!answer) throw new Error('no answer')
  // A refusal says that it is not stored; why, and what then, the next page finds out.
  if (!answer.ok)
    await db.write(async (w) => {
      if (await w.outboxItem(n)) await w.putOutbox(item)
    })
  return answer.ok
}
