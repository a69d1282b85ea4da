// SPDX-License-Identifier: AGPL-3.0-or-later
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { ChatId, Ms, Seq } from '../model/id'
import type { MediaKind } from '../model/media'

/** What was loaded of one form of a medium; its bytes are in pieces. */
export interface LoadedRow {
  readonly chat: ChatId
  readonly seq: Seq
  readonly part: string
  /** Of the content, in hex: another one there is another medium. */
  readonly hash: string
  readonly kind: MediaKind
  /** Bytes it has in all; 0 while nobody knows. */
  readonly size: number
  /** Bytes of it that are here. */
  readonly got: number
  /** When it was last wanted. */
  readonly at: Ms
}

export type LoadedKey = Pick<LoadedRow, 'chat' | 'seq' | 'part'>
/** Which content is meant there. */
export type LoadedContent = LoadedKey & Pick<LoadedRow, 'hash'>

interface PieceRow extends LoadedKey {
  readonly n: number
  readonly blob: Blob
}

interface Schema extends DBSchema {
  loaded: { key: [number, number, string]; value: LoadedRow }
  pieces: { key: [number, number, string, number]; value: PieceRow }
}

const keyOf = ({ chat, seq, part }: LoadedKey): [number, number, string] => [chat, seq, part]

function piecesOf({ chat, seq, part }: LoadedKey): IDBKeyRange {
  return IDBKeyRange.bound([chat, seq, part, 0], [chat, seq, part, Number.MAX_SAFE_INTEGER])
}

/**
 * Media of one account that were loaded: a database of its own, beside that of its messages, so that large
 * writes keep nobody waiting. All of it can be loaded again.
 */
export class MediaDb {
  readonly #db: IDBPDatabase<Schema>

  private constructor(db: IDBPDatabase<Schema>) {
    this.#db = db
  }

  /** `of` is the name of the account's database. Whoever forgets that forgets this one too. */
  static async open(of: string): Promise<MediaDb> {
    const db = await openDB<Schema>(`${of}/media`, 1, {
      upgrade(db) {
        db.createObjectStore('loaded', { keyPath: ['chat', 'seq', 'part'] })
        db.createObjectStore('pieces', { keyPath: ['chat', 'seq', 'part', 'n'] })
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase | null)?.close(),
    })
    return new MediaDb(db)
  }

  close(): void {
    this.#db.close()
  }

  all(): Promise<LoadedRow[]> {
    return this.#db.getAll('loaded')
  }

  get(key: LoadedKey): Promise<LoadedRow | undefined> {
    return this.#db.get('loaded', keyOf(key))
  }

  /** Notes what is about to be loaded, or goes on with what is here of the same content. */
  async begin(row: LoadedRow): Promise<LoadedRow> {
    const tx = this.#db.transaction(['loaded', 'pieces'], 'readwrite')
    const before = await tx.objectStore('loaded').get(keyOf(row))
    const same = before !== undefined && before.hash === row.hash
    const now = same ? { ...before, at: row.at } : row
    if (!same) await tx.objectStore('pieces').delete(piecesOf(row))
    await tx.objectStore('loaded').put(now)
    await tx.done
    return now
  }

  /**
   * Adds the piece that begins at a place; fails where another tab has added it, or it was cleaned or is
   * another content by now.
   */
  async add(key: LoadedContent, blob: Blob, { at, size }: { at: number; size: number }): Promise<void> {
    const tx = this.#db.transaction(['loaded', 'pieces'], 'readwrite')
    const row = await tx.objectStore('loaded').get(keyOf(key))
    if (row?.got !== at || row.hash !== key.hash) throw new Error('changed meanwhile')
    const n = await tx.objectStore('pieces').count(piecesOf(key))
    const { chat, seq, part } = key
    await tx.objectStore('pieces').put({ chat, seq, part, n, blob })
    await tx.objectStore('loaded').put({ ...row, size, got: row.got + blob.size })
    await tx.done
  }

  async pieces(key: LoadedKey): Promise<Blob[]> {
    return (await this.#db.getAll('pieces', piecesOf(key))).map(({ blob }) => blob)
  }

  async drop(keys: readonly LoadedKey[]): Promise<void> {
    const tx = this.#db.transaction(['loaded', 'pieces'], 'readwrite')
    for (const key of keys) {
      await tx.objectStore('loaded').delete(keyOf(key))
      await tx.objectStore('pieces').delete(piecesOf(key))
    }
    await tx.done
  }
}
