// SPDX-License-Identifier: AGPL-3.0-or-later
import { AccountDb, type Registry, type SessionRow } from '../db'

/**
 * Makes the database of a new session, by which it is known later whether the browser threw it away. What
 * ended sessions of the same account had written and never sent goes there.
 */
export async function takeOver(registry: Registry, session: SessionRow): Promise<void> {
  const made = await AccountDb.open(AccountDb.nameOf(session))
  await made.write((w) => w.putValue('born', session.born), 'strict')
  made.close()
  const kept = (await registry.get('kept')) ?? []
  const own = AccountDb.nameOf({ ...session, device: 0 }).replace(/0$/, '')
  for (const name of kept.filter((k) => k.startsWith(own))) {
    const [old, db] = [await AccountDb.open(name), await AccountDb.open(AccountDb.nameOf(session))]
    const items = await old.read((r) => r.outbox())
    const files = await old.read((r) => Promise.all(items.map(({ n }) => r.filesOf(n))))
    await db.write(async (w) => {
      for (const [i, { n: _n, ...item }] of items.entries()) {
        const n = await w.addOutbox(item)
        for (const file of files[i] ?? []) await w.putFile({ ...file, item: n })
      }
    }, 'strict')
    old.close()
    db.close()
    const left = (await registry.get('kept')) ?? []
    await registry.set(
      'kept',
      left.filter((k) => k !== name),
    )
    await AccountDb.delete(name)
  }
}
