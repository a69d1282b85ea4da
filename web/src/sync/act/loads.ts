// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow, LoadedKey, LoadedRow } from '../../db'
import { MediaDb } from '../../db/media'
import { AppError, type LoadingView, type MediaPart, type MediaView } from '../../model'
import { reads } from '../../model/fold'
import type { Seq } from '../../model/id'
import { ErrorCode, type Net, Refusal, Silence, toAppError } from '../../wire'
import { load } from '../../wire/load'
import { spent, spentAs } from '../../wire/spent'
import type { Account } from '../account'

/** How much is gathered before it is put away. */
const PIECE = 1 << 20
/** Tries after one that was cut; each begins where the one before ended. */
const TRIES = 4
const PAUSE = 800
/** Of what the browser lets the app have, as much as media may take together with the rest. */
const SHARE = 0.8

interface Run {
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
  readonly #views = new Map<string, LoadingView>()
  readonly #watchers = new Map<string, Set<(view: LoadingView) => void>>()
  readonly #db: Promise<MediaDb | null>
  /** Settled when it is known what is here, and what may not stay is gone. */
  readonly known: Promise<void>
  /** What is here, as far as this tab knows. */
  readonly #here = new Map<string, LoadedKey>()

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
        const entry = await db.read((r) => r.entry(key.chat, key.seq))
        if (entry?.overlay?.redacted) gone.push(key)
      }
    }
    if (gone.length > 0) await this.dropped(gone)
  }

  get db(): Promise<MediaDb | null> {
    return this.#db
  }

  load(of: MediaView, part: MediaPart): Promise<Blob | null> {
    const key = keyOf(of, part)
    const id = idOf(key)
    const running = this.#runs.get(id)
    if (running) return running.done
    const stop = new AbortController()
    const done = this.#run(of, key, stop).finally(() => this.#runs.delete(id))
    this.#runs.set(id, { stop, done })
    return done
  }

  stop(of: MediaView, part: MediaPart): void {
    this.#runs.get(idOf(keyOf(of, part)))?.stop.abort()
  }

  watch(of: MediaView, part: MediaPart, tell: (view: LoadingView) => void): () => void {
    const key = keyOf(of, part)
    const id = idOf(key)
    const those = this.#watchers.get(id) ?? new Set()
    this.#watchers.set(id, those.add(tell))
    const known = this.#views.get(id)
    tell(known ?? NONE)
    if (!known) void this.#look(key)
    return () => {
      those.delete(tell)
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
      this.#tell(key, NONE)
    }
    await (await this.#db)?.drop(keys)
  }

  /** How it stands with what nobody asked for since the app was opened. */
  async #look(key: LoadedKey): Promise<void> {
    const row = await (await this.#db)?.get(key).catch(() => undefined)
    if (!row || this.#views.has(idOf(key))) return
    this.#tell(key, { state: isWhole(row) ? 'kept' : 'none', got: row.got, size: row.size })
  }

  #tell(key: LoadedKey, view: LoadingView): void {
    const id = idOf(key)
    this.#views.set(id, view)
    for (const tell of this.#watchers.get(id) ?? []) tell(view)
    if (!this.#watchers.has(id) && view.state !== 'running') this.#views.delete(id)
  }

  async #run(of: MediaView, key: LoadedKey, stop: AbortController): Promise<Blob | null> {
    const it = new Coming(await this.#db, of, key)
    const tell = (state: LoadingView['state']) => this.#tell(key, { state, got: it.got, size: it.size })
    try {
      await it.begin()
      this.#here.set(idOf(key), key)
      if (!it.whole) {
        tell('running')
        if (!(await hasRoom(of.size))) throw new AppError('DISK_FULL')
        await this.#tries(of, key, it, stop)
      }
      const blob = await it.blob()
      tell(it.stored ? 'kept' : 'none')
      return blob
    } catch (error) {
      await it.pause().catch(() => {})
      tell(stop.signal.aborted ? 'none' : 'failed')
      if (stop.signal.aborted) return null
      throw toAppError(error)
    }
  }

  async #tries(of: MediaView, key: LoadedKey, it: Coming, stop: AbortController): Promise<void> {
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

  async #once(of: MediaView, key: LoadedKey, it: Coming, signal: AbortSignal): Promise<void> {
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

function keyOf({ place }: MediaView, part: MediaPart): LoadedKey {
  if (place.at !== 'server') throw new AppError('NOT_FOUND')
  return { chat: place.chat, seq: place.seq, part }
}

/** Whether a message may still be shown here: of a chat one is in, or that everybody may read. */
function mayRead(chat: ChatRow | undefined, seq: Seq): boolean {
  if (!chat || chat.info.deleted) return false
  const { me, name } = chat.info
  if (reads(me.role)) return seq >= me.from
  return name !== '' && me.role !== 'banned'
}

export const isWhole = ({ got, size }: Pick<LoadedRow, 'got' | 'size'>) => size > 0 && got === size

async function hasRoom(bytes: number): Promise<boolean> {
  // Small things are tried in any case.
  if (bytes < 8 * PIECE) return true
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {}
  return quota === 0 || usage + bytes < quota * SHARE
}

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
  readonly #key: LoadedKey
  /** What is in memory: the piece that is being gathered, and all of it where nothing is stored. */
  #gathered: Uint8Array<ArrayBuffer>[] = []
  #size = 0
  #memory: Blob[] = []

  constructor(db: MediaDb | null, of: MediaView, key: LoadedKey) {
    this.#db = db
    this.stored = db !== null
    this.#of = of
    this.#key = key
  }

  get whole(): boolean {
    return isWhole(this)
  }

  async begin(): Promise<void> {
    const { hash, kind } = this.#of
    const row: LoadedRow = { ...this.#key, hash, kind, size: 0, got: 0, at: Date.now() }
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
