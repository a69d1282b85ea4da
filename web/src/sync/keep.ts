// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, FileRow, SentRow } from '../db'
import { MediaDb } from '../db/media'
import type { MediaBody } from '../model/media'
import { readChatBody } from '../wire'
import { hasSpare } from './room'

/**
 * Keeps what was sent from this device with the messages it became, as what is loaded is kept: nobody loads
 * again what they sent. A crash between two steps repeats the last.
 */
export async function keepSent(db: AccountDb, signal: AbortSignal): Promise<void> {
  let media: MediaDb | null = null
  try {
    for (let [one] = await due(db); one && !signal.aborted; [one] = await due(db)) {
      // Where there is no place for it, it is loaded when it is wanted.
      media ??= await MediaDb.open(db.name).catch(() => null)
      if (media) await keep(db, media, one)
      await settle(db, one)
    }
  } finally {
    media?.close()
  }
}

async function due(db: AccountDb): Promise<readonly SentRow[]> {
  return (await db.read((r) => r.value('toKeep'))) ?? []
}

async function keep(db: AccountDb, media: MediaDb, { item, chat, seq, key }: SentRow): Promise<void> {
  const [entry, files] = await db.read((r) => Promise.all([r.entry(chat, seq), r.filesOf(item)]))
  // What it says was changed or taken back meanwhile: what it carries may have been, too.
  if (!entry?.own || entry.key !== key || entry.overlay) return
  const body = readChatBody(entry)
  const carried = body.kind === 'message' ? body.message.media : null
  if (!carried) return
  for (const file of files) await put(media, { chat, seq }, carried, file).catch(() => {})
}

async function put(
  media: MediaDb,
  { chat, seq }: Pick<SentRow, 'chat' | 'seq'>,
  { hash, kind }: MediaBody,
  { part, blob }: FileRow,
): Promise<void> {
  const key = { chat, seq, part, hash }
  // The picture of a sound is shown smaller than it was sent.
  if ((kind === 'audio' && part === 'poster') || !(await hasSpare(blob.size))) return
  const { got } = await media.begin({ ...key, kind, size: 0, got: 0, at: Date.now() })
  if (got < blob.size) await media.add(key, blob, { at: 0, size: blob.size })
}

async function settle(db: AccountDb, { item }: SentRow): Promise<void> {
  await db.write(async (w) => {
    await w.dropFiles(item)
    await w.putValue(
      'toKeep',
      ((await w.value('toKeep')) ?? []).filter((one) => one.item !== item),
    )
  })
}
