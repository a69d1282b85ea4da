// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow, LoadedContent, LoadedKey, LoadedRow, Reader } from '../../db'
import { MediaDb } from '../../db/media'
import { AppError, type LoadingView, type MediaPart, type MediaView } from '../../model'
import { reads } from '../../model/fold'
import type { Seq } from '../../model/id'
import { ErrorCode, type Net, Refusal, Silence, toAppError } from '../../wire'
import { load } from '../../wire/load'
import { spent, spentAs } from '../../wire/spent'
import type { Account } from '../account'
import { hasRoom, mostKept } from '../room'

/** How much is gathered before it is put away. */
const PIECE = 1 << 20
/** Tries after one that was cut; each begins where the one before ended. */
const TRIES = 4
const PAUSE = 800
/** After what comes, all that is kept is weighed once for all that came within so long; milliseconds. */
const WEIGH_AFTER = 500

interface Watcher {
  readonly hash: string
  readonly tell: (view: LoadingView) => void
}

interface Run {
  readonly hash: string
  readonly stop: AbortController
  readonly done: Promise<Blob | null>
}

export interface LoadsOptions {
  readonly net: Net
  address(of: MediaView, part: MediaPart): Promise<string>
  renew(): void
}

const NONE: LoadingView = { state: 'none', got: 0, size: 0 }
const idOf = ({ chat, seq, part }: LoadedKey) => `${chat}/${seq}/${part}`

/** Loads media of one account and keeps them on this device. */
export class Loads {
  readonly #account: Account
  readonly #o: LoadsOptions
  readonly #runs = new Map<string, Run>()
  /** How it stands with contents that are watched or loaded. */
  readonly #views = new Map<string, { readonly hash: string; readonly view: LoadingView }>()
  readonly #watchers = new Map<string, Set<Watcher>>()
  readonly #db: Promise<MediaDb | null>
  /** Settled when it is known what is here, and what may not stay is gone. */
  readonly known: Promise<void>
  /** What is here, as far as this tab knows. */
  readonly #here = new Map<string, LoadedKey>()
  readonly #dropping = new Set<string>()
  #weighing: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(account: Account, o: LoadsOptions) {
    this.#account = account
    this.#o = o
    // Without a place for it everything is loaded each time.
    this.#db = MediaDb.open(account.db.name).catch(() => null)
    this.known = this.#know().catch(() => {})
  }

  async #know(): Promise<void> {
    for (const row of (await (await this.#db)?.all()) ?? []) this.#here.set(idOf(row), row)
    await this.keepOnly(() => true)
  }

  /** What was sent was put beside what was loaded, by whichever tab sends. */
  async learn(): Promise<void> {
    await this.known
    const rows = (await (await this.#db)?.all()) ?? []
    const fresh = rows.filter((row) => isWhole(row) && !this.#dropping.has(idOf(row)) && this.#isNews(row))
    for (const row of fresh) {
      this.#here.set(idOf(row), row)
      if (!this.#runs.has(idOf(row))) this.#tell(row, viewOf(row))
    }
    const ids = new Set(fresh.map(idOf))
    await this.keepOnly((key) => ids.has(idOf(key)))
    if (ids.size > 0) this.#fitSoon()
  }

  /** Nobody here knows that it is whole. */
  #isNews(row: LoadedRow): boolean {
    const id = idOf(row)
    return !this.#here.has(id) || (this.#watchers.has(id) && this.#known(row)?.state !== 'kept')
  }

  /**
   * Keeps what may stay: its chat may be read as far back, and its message was not deleted, where that may
   * have changed.
   */
  async keepOnly(changed: (key: LoadedKey) => boolean): Promise<void> {
    const { db, mirror } = this.#account
    const gone: LoadedKey[] = []
    for (const key of [...this.#here.values()]) {
      if (!mayRead(mirror.chats.get(key.chat), key.seq)) gone.push(key)
      else if (changed(key)) {
        if (await db.read((r) => isDeleted(r, key))) gone.push(key)
      }
    }
    if (gone.length > 0) await this.dropped(gone)
  }

  /** The account is gone from here: nothing more of it is loaded. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#weighing)
    for (const { stop } of this.#runs.values()) stop.abort()
    void this.#db.then((db) => db?.close())
  }

  get db(): Promise<MediaDb | null> {
    return this.#db
  }

  load(of: MediaView, part: MediaPart): Promise<Blob | null> {
    if (this.#closed) return Promise.resolve(null)
    const key = keyOf(of, part)
    const id = idOf(key)
    const running = this.#runs.get(id)
    if (running?.hash === of.hash) return running.done
    // It was edited: what came until now is no longer wanted.
    running?.stop.abort()
    const stop = new AbortController()
    const before = running?.done.catch(() => null)
    const done = Promise.resolve(before)
      .then(() => this.#run(of, key, stop))
      .finally(() => {
        if (this.#runs.get(id)?.stop === stop) this.#runs.delete(id)
      })
    this.#runs.set(id, { hash: of.hash, stop, done })
    return done
  }

  /** What is here whole; null where it would have to be loaded. */
  async kept(of: MediaView, part: MediaPart): Promise<Blob | null> {
    const key = keyOf(of, part)
    const row = await (await this.#db)?.get(key).catch(() => undefined)
    return row?.hash === key.hash && isWhole(row) ? this.load(of, part) : null
  }

  stop(of: MediaView, part: MediaPart): void {
    this.#runs.get(idOf(keyOf(of, part)))?.stop.abort()
  }

  watch(of: MediaView, part: MediaPart, tell: (view: LoadingView) => void): () => void {
    const key = keyOf(of, part)
    const id = idOf(key)
    const those = this.#watchers.get(id) ?? new Set()
    const watcher = { hash: of.hash, tell }
    this.#watchers.set(id, those.add(watcher))
    const known = this.#known(key)
    tell(known ?? NONE)
    if (!known) void this.#look(key)
    return () => {
      those.delete(watcher)
      if (those.size > 0) return
      this.#watchers.delete(id)
      if (!this.#runs.has(id)) this.#views.delete(id)
    }
  }

  /** What was cleaned is not here any more. */
  async dropped(keys: readonly LoadedKey[]): Promise<void> {
    for (const key of keys) {
      this.#runs.get(idOf(key))?.stop.abort()
      this.#here.delete(idOf(key))
      this.#dropping.add(idOf(key))
      this.#tell(key, NONE)
    }
    try {
      await (await this.#db)?.drop(keys)
    } finally {
      for (const key of keys) this.#dropping.delete(idOf(key))
    }
  }

  /** How it stands with what nobody asked for since the app was opened. */
  async #look(key: LoadedContent): Promise<void> {
    const row = await (await this.#db)?.get(key).catch(() => undefined)
    if (row?.hash !== key.hash || this.#known(key)) return
    this.#tell(key, viewOf(row))
  }

  #known(key: LoadedContent): LoadingView | null {
    const known = this.#views.get(idOf(key))
    return known?.hash === key.hash ? known.view : null
  }

  /** Tells those who watch this content, or all where it is of any: what was there is gone. */
  #tell(key: LoadedKey & { readonly hash?: string }, view: LoadingView): void {
    const id = idOf(key)
    const { hash = '' } = key
    this.#views.set(id, { hash, view })
    for (const watcher of this.#watchers.get(id) ?? []) {
      if (watcher.hash === hash || hash === '') watcher.tell(view)
    }
    if (!this.#watchers.has(id) && view.state !== 'running') this.#views.delete(id)
  }

  async #run(of: MediaView, key: LoadedContent, stop: AbortController): Promise<Blob | null> {
    const it = new Coming(await this.#db, of, key)
    const tell = (state: LoadingView['state']) => this.#tell(key, { state, got: it.got, size: it.size })
    try {
      await it.begin()
      this.#here.set(idOf(key), key)
      if (!it.whole) {
        tell('running')
        // The size that is told is that of the original; other forms are small.
        const small = key.part !== 'original'
        if (!small && !(await hasRoom(of.size - it.got))) throw new AppError('DISK_FULL')
        await this.#tries(of, key, it, stop)
        this.#fitSoon()
      }
      const blob = await it.blob()
      tell(it.stored ? 'kept' : 'none')
      // Who stopped while the last of it was put away has it, and does not see it open.
      return stop.signal.aborted ? null : blob
    } catch (error) {
      await it.pause().catch(() => {})
      tell(stop.signal.aborted ? 'none' : 'failed')
      if (stop.signal.aborted) return null
      throw toAppError(error)
    }
  }

  /** What came is shown without waiting for it: where much is kept, all of it is read. */
  #fitSoon(): void {
    if (this.#closed) return
    this.#weighing ??= setTimeout(() => {
      this.#weighing = undefined
      void this.#fit().catch(() => {})
    }, WEIGH_AFTER)
  }

  /**
   * Lets go what was wanted longest ago, while more is kept than may be. What is being loaded stays, and what
   * was wanted last.
   */
  async #fit(): Promise<void> {
    const rows = (await (await this.#db)?.all().catch(() => [])) ?? []
    let over = rows.reduce((sum, { got }) => sum + got, 0) - (await mostKept())
    const gone: LoadedRow[] = []
    for (const row of rows.sort((a, b) => a.at - b.at).slice(0, -1)) {
      if (over <= 0) break
      if (this.#runs.has(idOf(row))) continue
      over -= row.got
      gone.push(row)
    }
    if (gone.length > 0) await this.dropped(gone)
  }

  async #tries(of: MediaView, key: LoadedContent, it: Coming, stop: AbortController): Promise<void> {
    let renewed = false
    for (let tried = 0; ; tried++) {
      const before = it.got
      try {
        await this.#once(of, key, it, stop.signal)
        return
      } catch (error) {
        if (stop.signal.aborted) throw error
        // The token may have ended: once with a new one.
        const ended = error instanceof Refusal && error.code === ErrorCode.UNAUTHENTICATED
        if (ended && !renewed) {
          renewed = true
          this.#o.renew()
          continue
        }
        if (it.got > before) tried = 0
        if (!(error instanceof Silence) || tried >= TRIES) throw error
        await pause(PAUSE * 2 ** tried, stop.signal)
      }
    }
  }

  async #once(of: MediaView, key: LoadedContent, it: Coming, signal: AbortSignal): Promise<void> {
    const open = of.place.at === 'server' && of.place.open
    const address = await this.#o.address(of, key.part as MediaPart)
    const coming = await load({ net: this.#o.net, address, from: it.got, open, signal })
    if (coming.from !== it.got) await it.again()
    it.size = coming.size
    for (let bytes = await coming.next(); bytes; bytes = await coming.next()) {
      spent.add(spentAs(of.kind), 'received', bytes.length)
      await it.take(bytes)
      this.#tell(key, { state: 'running', got: it.got, size: it.size })
    }
    if (it.size > 0 && it.got < it.size) throw new Silence('cut', true)
    it.size = it.got
    await it.pause()
  }
}

function keyOf({ place, hash }: MediaView, part: MediaPart): LoadedContent {
  if (place.at !== 'server') throw new AppError('NOT_FOUND')
  return { chat: place.chat, seq: place.seq, part, hash }
}

/** Whether a message was deleted, as far as is known here: its deletion may be here without itself. */
async function isDeleted(r: Reader, { chat, seq }: LoadedKey): Promise<boolean> {
  const entry = await r.entry(chat, seq)
  if (entry) return entry.overlay?.redacted ?? false
  return (await r.mending(chat, seq, seq)).some(({ kind }) => kind === 'delete')
}

/** Whether a message may still be shown here: of a chat one is in, or that everybody may read. */
function mayRead(chat: ChatRow | undefined, seq: Seq): boolean {
  if (!chat || chat.info.deleted) return false
  const { me, name } = chat.info
  if (reads(me.role)) return seq >= me.from
  return name !== '' && me.role !== 'banned'
}

const viewOf = (row: LoadedRow): LoadingView => ({
  state: isWhole(row) ? 'kept' : 'none',
  got: row.got,
  size: row.size,
})

const isWhole = ({ got, size }: Pick<LoadedRow, 'got' | 'size'>) => size > 0 && got === size

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}

/** A medium that comes in, piece by piece: on the disk, or in memory where that does not take it. */
class Coming {
  got = 0
  size = 0
  stored: boolean
  readonly #db: MediaDb | null
  readonly #of: MediaView
  readonly #key: LoadedContent
  /** What is in memory: the piece that is being gathered, and all of it where nothing is stored. */
  #gathered: Uint8Array<ArrayBuffer>[] = []
  #size = 0
  #memory: Blob[] = []

  constructor(db: MediaDb | null, of: MediaView, key: LoadedContent) {
    this.#db = db
    this.stored = db !== null
    this.#of = of
    this.#key = key
  }

  get whole(): boolean {
    return isWhole(this)
  }

  async begin(): Promise<void> {
    const { kind } = this.#of
    const row: LoadedRow = { ...this.#key, kind, size: 0, got: 0, at: Date.now() }
    const now = await this.#db?.begin(row).catch(() => {
      this.stored = false
      return row
    })
    this.got = now?.got ?? 0
    this.size = now?.size ?? 0
  }

  async take(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#gathered.push(bytes)
    this.#size += bytes.length
    this.got += bytes.length
    if (this.#size >= PIECE) await this.#put()
  }

  /** The rest of it came from its beginning. */
  async again(): Promise<void> {
    this.#gathered = []
    this.#size = 0
    this.#memory = []
    this.got = 0
    await this.#db?.drop([this.#key]).catch(() => {})
    await this.begin()
  }

  /** Puts away what is in memory: it may go on another time. */
  async pause(): Promise<void> {
    if (this.#size > 0) await this.#put()
  }

  async #put(): Promise<void> {
    const piece = new Blob(this.#gathered)
    const at = this.got - piece.size
    this.#gathered = []
    this.#size = 0
    if (this.stored) {
      try {
        await this.#db?.add(this.#key, piece, { at, size: this.size })
        return
      } catch {
        await this.#leave(at)
      }
    }
    this.#memory.push(piece)
  }

  /**
   * There is no room, another tab loads the same, or it was cleaned: the rest goes into memory, behind what
   * is on the disk up to there. Where that is gone it begins anew.
   */
  async #leave(at: number): Promise<void> {
    this.stored = false
    const here = new Blob((await this.#db?.pieces(this.#key).catch(() => [])) ?? [])
    this.#memory = [here.slice(0, at)]
    if (here.size >= at) return
    this.#memory = []
    this.got = 0
    throw new Silence('cut', true)
  }

  async blob(): Promise<Blob> {
    const pieces = this.stored ? ((await this.#db?.pieces(this.#key)) ?? []) : this.#memory
    const blob = new Blob(pieces, { type: shownAs(this.#of.mime) })
    if (blob.size !== this.got) throw new Silence('cut', true)
    return blob
  }
}

/** What a page may show of its own; all else is octets, whatever it says it is. */
function shownAs(mime: string): string {
  return /^(image\/(jpeg|png|webp|gif|avif)|video\/|audio\/)/.test(mime) ? mime : 'application/octet-stream'
}
