// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, ChatRow } from '../../db'
import type { PreviewView } from '../../model'
import type { Entry } from '../../model/entry'
import { currentBody } from '../../model/fold'
import type { ChatId } from '../../model/id'
import type { MediaKind } from '../../model/media'
import { rangeAt } from '../../model/ranges'
import { readChatBody } from '../../wire'
import type { Account } from '../account'

/** So many entries before the last one of an album are looked at: edits and deletions stand between. */
const REACH = 60

/** What is stored of the album that ends a chat, as the chat stood; null as long as nobody knows. */
interface Album {
  readonly row: ChatRow
  readonly name: string
  kinds: readonly MediaKind[] | null
}

/** What was sent together at the end of each chat: read from what is stored, once after each change of it. */
export class Albums {
  readonly #account: Pick<Account, 'db' | 'mirror'>
  readonly #changed: (chat: ChatId) => void
  readonly #known = new Map<ChatId, Album>()

  /** `changed` is called when more is known of a chat. */
  constructor(account: Pick<Account, 'db' | 'mirror'>, changed: (chat: ChatId) => void) {
    this.#account = account
    this.#changed = changed
  }

  close(): void {
    this.#known.clear()
  }

  /** What is known now of the album, what waits to be sent included. */
  of(row: ChatRow, name: string): Pick<PreviewView, 'together'> {
    let album = this.#known.get(row.id)
    if (album?.row !== row || album.name !== name) {
      album = { row, name, kinds: album?.name === name ? album.kinds : null }
      this.#known.set(row.id, album)
      void this.#read(album)
    }
    const waiting = this.#account.mirror.outbox.flatMap(({ chat, shows }) => {
      const body = chat === row.id && shows.kind === 'message' && shows.body
      return body && body.album === name && body.media ? [body.media.kind] : []
    })
    const together = [...(album.kinds ?? []), ...waiting]
    return together.length > 0 ? { together } : {}
  }

  async #read(album: Album): Promise<void> {
    const { row, name } = album
    // Where the session ends meanwhile, nothing is drawn any more.
    const kinds = await togetherOf(this.#account.db, row, name).catch(() => null)
    if (this.#known.get(row.id) !== album || String(kinds) === String(album.kinds)) return
    album.kinds = kinds
    this.#changed(row.id)
  }
}

/**
 * What is stored of an album that ends a chat, in order. Empty where the last message is of another; null
 * where what is stored does not tell how much there was.
 */
async function togetherOf(
  db: AccountDb,
  { id, last, ranges, floor }: ChatRow,
  album: string,
): Promise<readonly MediaKind[] | null> {
  const range = last && rangeAt(ranges, last.seq)
  if (!range) return null
  const from = Math.max(range[0], last.seq - REACH + 1)
  const rows = await db.read((r) => r.entries(id, from, last.seq))
  return togetherIn(rows, album, from <= Math.max(floor, 1))
}

/** `whole`: the reader sees nothing of the chat before the first of these entries. */
export function togetherIn(
  entries: readonly Entry[],
  album: string,
  whole: boolean,
): readonly MediaKind[] | null {
  const kinds: MediaKind[] = []
  for (const entry of entries.toReversed()) {
    if (entry.kind !== 'message' || entry.overlay?.redacted) continue
    const body = readChatBody({ kind: 'message', body: currentBody(entry) })
    if (body.kind !== 'message' || body.message.album !== album) return kinds
    if (body.message.media) kinds.unshift(body.message.media.kind)
  }
  return whole ? kinds : null
}
