// SPDX-License-Identifier: AGPL-3.0-or-later
import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb'
import type { ChatId, Seq } from '../model/id'
import type { ChatRow, EntryRow, FilePart, FileRow, OutboxRow, OwnRow, PersonRow, Values } from './rows'

interface Schema extends DBSchema {
  entries: { key: [number, number]; value: EntryRow; indexes: { mends: [number, number] } }
  chats: { key: number; value: ChatRow }
  people: { key: number; value: PersonRow }
  outbox: { key: number; value: OutboxRow }
  files: { key: [number, FilePart]; value: FileRow }
  own: { key: string; value: OwnRow; indexes: { chat: [number, number] } }
  values: { key: string; value: Values[keyof Values] }
}

const STORES = ['entries', 'chats', 'people', 'outbox', 'files', 'own', 'values'] as const
type Tx<M extends IDBTransactionMode> = IDBPTransaction<Schema, typeof STORES, M>

const VERSION = 2

/** What a transaction changed, told after it has committed: persist, then emit. */
export interface Change {
  readonly chats: readonly ChatId[]
  /** Chats of which entries changed, and which entries; null means any of them. */
  readonly entries: readonly { readonly chat: ChatId; readonly seqs: readonly Seq[] | null }[]
  readonly people: readonly number[]
  /** Items of the outbox that changed, by number. */
  readonly outbox: readonly number[]
  readonly values: readonly (keyof Values)[]
}

/** Reads within one transaction. */
export class Reader {
  protected readonly tx: Tx<'readonly'> | Tx<'readwrite'>

  constructor(tx: Tx<'readonly'> | Tx<'readwrite'>) {
    this.tx = tx
  }

  chat(id: ChatId): Promise<ChatRow | undefined> {
    return this.tx.objectStore('chats').get(id)
  }

  chats(): Promise<ChatRow[]> {
    return this.tx.objectStore('chats').getAll()
  }

  entry(chat: ChatId, seq: Seq): Promise<EntryRow | undefined> {
    return this.tx.objectStore('entries').get([chat, seq])
  }

  /** Stored entries from, to (both in), ascending. */
  entries(chat: ChatId, from: Seq, to: Seq): Promise<EntryRow[]> {
    if (from > to) return Promise.resolve([])
    return this.tx.objectStore('entries').getAll(IDBKeyRange.bound([chat, from], [chat, to]))
  }

  /** The edits and deletions stored whose target is one of these numbers (from, to), in order. */
  async mending(chat: ChatId, from: Seq, to: Seq): Promise<EntryRow[]> {
    if (from > to) return []
    const range = IDBKeyRange.bound([chat, from], [chat, to])
    const rows = await this.tx.objectStore('entries').index('mends').getAll(range)
    return rows.sort((a, b) => a.seq - b.seq)
  }

  person(id: number): Promise<PersonRow | undefined> {
    return this.tx.objectStore('people').get(id)
  }

  people(): Promise<PersonRow[]> {
    return this.tx.objectStore('people').getAll()
  }

  outbox(): Promise<OutboxRow[]> {
    return this.tx.objectStore('outbox').getAll()
  }

  /** Items up to one, in the order they were written. */
  outboxUpTo(n: number): Promise<OutboxRow[]> {
    return this.tx.objectStore('outbox').getAll(IDBKeyRange.upperBound(n))
  }

  outboxItem(n: number): Promise<OutboxRow | undefined> {
    return this.tx.objectStore('outbox').get(n)
  }

  file(item: number, part: FilePart): Promise<FileRow | undefined> {
    return this.tx.objectStore('files').get([item, part])
  }

  filesOf(item: number): Promise<FileRow[]> {
    return this.tx.objectStore('files').getAll(IDBKeyRange.bound([item, ''], [item, '\uffff']))
  }

  ownWrites(chat: ChatId, above: Seq): Promise<OwnRow[]> {
    const range = IDBKeyRange.bound([chat, above + 1], [chat, Number.MAX_SAFE_INTEGER])
    return this.tx.objectStore('own').index('chat').getAll(range)
  }

  async value<K extends keyof Values>(key: K): Promise<Values[K] | undefined> {
    return (await this.tx.objectStore('values').get(key)) as Values[K] | undefined
  }
}

/** Reads and writes within one transaction; it may wait for nothing but this database. */
export class Writer extends Reader {
  declare protected readonly tx: Tx<'readwrite'>
  readonly #chats = new Set<ChatId>()
  readonly #entries = new Map<ChatId, Set<Seq> | null>()
  readonly #people = new Set<number>()
  readonly #values = new Set<keyof Values>()
  readonly #outbox = new Set<number>()

  get change(): Change {
    return {
      chats: [...this.#chats],
      entries: [...this.#entries].map(([chat, seqs]) => ({ chat, seqs: seqs && [...seqs] })),
      people: [...this.#people],
      outbox: [...this.#outbox],
      values: [...this.#values],
    }
  }

  async putChat(row: ChatRow): Promise<void> {
    this.#chats.add(row.id)
    await this.tx.objectStore('chats').put(row)
  }

  /** Forgets a chat and everything of it, except what waits in the outbox. */
  async dropChat(id: ChatId): Promise<void> {
    this.#chats.add(id)
    await this.dropEntries(id, 0)
    await this.tx.objectStore('chats').delete(id)
  }

  async putEntry(row: EntryRow): Promise<void> {
    const touched = this.#entries.get(row.chat)
    if (touched === undefined) this.#entries.set(row.chat, new Set([row.seq]))
    else touched?.add(row.seq)
    await this.tx.objectStore('entries').put(row)
  }

  /** Forgets the stored entries of a chat above a number. */
  async dropEntries(chat: ChatId, above: Seq): Promise<void> {
    this.#entries.set(chat, null)
    const range = IDBKeyRange.bound([chat, above + 1], [chat, Number.MAX_SAFE_INTEGER])
    await this.tx.objectStore('entries').delete(range)
  }

  async putPerson(row: PersonRow): Promise<void> {
    this.#people.add(row.id)
    await this.tx.objectStore('people').put(row)
  }

  async addOutbox(row: Omit<OutboxRow, 'n'>): Promise<number> {
    const n = await this.tx.objectStore('outbox').add(row as OutboxRow)
    this.#outbox.add(n)
    return n
  }

  async putOutbox(row: OutboxRow): Promise<void> {
    this.#outbox.add(row.n)
    await this.tx.objectStore('outbox').put(row)
  }

  /** An item goes with what it had to upload. */
  async dropOutbox(n: number): Promise<void> {
    await this.dropItem(n)
    await this.dropFiles(n)
  }

  /** An item goes, and what it had to upload stays until it is dropped by itself. */
  async dropItem(n: number): Promise<void> {
    this.#outbox.add(n)
    await this.tx.objectStore('outbox').delete(n)
  }

  async dropFiles(item: number): Promise<void> {
    await this.tx.objectStore('files').delete(IDBKeyRange.bound([item, ''], [item, '\uffff']))
  }

  async putFile(row: FileRow): Promise<void> {
    await this.tx.objectStore('files').put(row)
  }

  async putOwn(row: OwnRow): Promise<void> {
    await this.tx.objectStore('own').put(row)
  }

  async dropOwn(key: string): Promise<void> {
    await this.tx.objectStore('own').delete(key)
  }

  /** Forgets own writes made before a key (keys sort by time). */
  async pruneOwn(beforeKey: string): Promise<void> {
    await this.tx.objectStore('own').delete(IDBKeyRange.upperBound(beforeKey, true))
  }

  async putValue<K extends keyof Values>(key: K, value: Values[K]): Promise<void> {
    this.#values.add(key)
    await this.tx.objectStore('values').put(value, key)
  }
}

/** How durable a commit has to be: 'strict' waits for the disk. */
export type Durability = 'strict' | 'relaxed'

/** Everything stored of one account on one server. */
export class AccountDb {
  readonly #db: IDBPDatabase<Schema>
  readonly #listeners = new Set<(change: Change) => void>()

  private constructor(db: IDBPDatabase<Schema>) {
    this.#db = db
  }

  /**
   * The database's name. Accounts of one browser never share one, nor do servers at one address, nor two
   * sessions of one account: forgetting an ended one cannot touch the next.
   */
  static nameOf(of: { server: string; account: number; device: number }): string {
    return `zolal/${of.server}/${of.account}/${of.device}`
  }

  static async open(name: string): Promise<AccountDb> {
    const db = await openDB<Schema>(name, VERSION, {
      upgrade(db, from) {
        if (from < 2) db.createObjectStore('files', { keyPath: ['item', 'part'] })
        if (from >= 1) return
        const entries = db.createObjectStore('entries', { keyPath: ['chat', 'seq'] })
        entries.createIndex('mends', ['chat', 'mends'])
        db.createObjectStore('chats', { keyPath: 'id' })
        db.createObjectStore('people', { keyPath: 'id' })
        db.createObjectStore('outbox', { keyPath: 'n', autoIncrement: true })
        db.createObjectStore('own', { keyPath: 'key' }).createIndex('chat', ['chat', 'seq'])
        db.createObjectStore('values')
      },
      // Another tab upgrades or deletes the database: it must not wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase | null)?.close(),
    })
    return new AccountDb(db)
  }

  static async delete(name: string): Promise<void> {
    await deleteDB(name)
  }

  get name(): string {
    return this.#db.name
  }

  close(): void {
    this.#listeners.clear()
    this.#db.close()
  }

  /** Calls back with every change that this tab has committed. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    const tx = this.#db.transaction(STORES, 'readonly')
    const [result] = await Promise.all([work(new Reader(tx)), tx.done])
    return result
  }

  /** One transaction: all of it is stored or nothing; listeners hear of it afterwards. */
  async write<T>(work: (writer: Writer) => Promise<T>, durability: Durability = 'relaxed'): Promise<T> {
    const tx = this.#db.transaction(STORES, 'readwrite', { durability })
    const writer = new Writer(tx)
    let result: T
    try {
      result = await work(writer)
    } catch (error) {
      // Aborting rejects `done` too; the cause is what the caller wants to know.
      tx.done.catch(() => {})
      tx.abort()
      throw error
    }
    await tx.done
    const { change } = writer
    for (const listener of [...this.#listeners]) listener(change)
    return result
  }

  /** Forgets everything but what was written here and never acknowledged; resolves to how much that is. */
  async clearButOutbox(): Promise<number> {
    const tx = this.#db.transaction(STORES, 'readwrite')
    const kept: ReadonlySet<string> = new Set(['outbox', 'files'])
    for (const store of STORES) if (!kept.has(store)) await tx.objectStore(store).clear()
    const left = await tx.objectStore('outbox').getAllKeys()
    const files = tx.objectStore('files')
    // Of what was sent they wait to be kept elsewhere.
    for (const key of await files.getAllKeys()) if (!left.includes(key[0])) await files.delete(key)
    await tx.done
    return left.length
  }
}
