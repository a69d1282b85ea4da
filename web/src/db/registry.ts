// SPDX-License-Identifier: AGPL-3.0-or-later
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { NotifyRow, SessionRow, SpentRow } from './rows'

/** What a browser knows apart from any account. */
export interface RegistryValues {
  session: SessionRow
  /** Which way to connect works on which network. */
  rungs: Record<string, string>
  /** Databases of ended sessions that still hold what was never sent. */
  kept: readonly string[]
  /** Earlier tokens by username: a known device is not locked out by others' guesses. */
  proofs: Record<string, string>
  /** What a sign-in by the organisation's provider was begun with; the next that succeeds ends it. */
  visit: string
  /** What the worker needs to show notifications. */
  notify: NotifyRow
  /** What the worker sent and received, in bytes, until a page counts it with its own. */
  spent: SpentRow
}

interface Schema extends DBSchema {
  values: { key: string; value: RegistryValues[keyof RegistryValues] }
}

/** The small database that says who is signed in here. */
export class Registry {
  readonly #db: IDBPDatabase<Schema>

  private constructor(db: IDBPDatabase<Schema>) {
    this.#db = db
  }

  static async open(name = 'zolal'): Promise<Registry> {
    const db = await openDB<Schema>(name, 1, {
      upgrade: (db) => void db.createObjectStore('values'),
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase | null)?.close(),
    })
    return new Registry(db)
  }

  async get<K extends keyof RegistryValues>(key: K): Promise<RegistryValues[K] | undefined> {
    return (await this.#db.get('values', key)) as RegistryValues[K] | undefined
  }

  async set<K extends keyof RegistryValues>(key: K, value: RegistryValues[K]): Promise<void> {
    const tx = this.#db.transaction('values', 'readwrite', { durability: 'strict' })
    await tx.store.put(value, key)
    await tx.done
  }

  async delete(key: keyof RegistryValues): Promise<void> {
    await this.#db.delete('values', key)
  }

  close(): void {
    this.#db.close()
  }
}
