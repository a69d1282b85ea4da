// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Seq } from '../model/id'
import { rangeAt } from '../model/ranges'
import { toAppError } from '../wire'
import { speaksTo } from './apply'
import { type Mentions, storedAfter } from './mentions'

/**
 * Reads on until the oldest message that speaks to the reader and is not known yet, but not past `before`;
 * null where there is none, or the chat is closed meanwhile. Calls while one is under way join it. Throws
 * AppError where the rest cannot be read.
 */
export function seek(mentions: Mentions, before: Seq | null): Promise<Seq | null> {
  mentions.seeking ??= readOn(mentions, before)
    .catch((error) => {
      throw toAppError(error)
    })
    .finally(() => {
      mentions.seeking = undefined
    })
  return mentions.seeking
}

/** That the count was too high, because one was deleted, shows at the end. */
async function readOn(mentions: Mentions, before: Seq | null): Promise<Seq | null> {
  const { account, chat, seqs } = mentions
  const { db, me, history, mirror } = account
  for (;;) {
    const row = account.chat(chat)
    if (!row || mentions.closed) return null
    const from = mentions.looked
    if (from >= row.head.seq) mentions.count = seqs.size
    if (from >= Math.min(before ?? Number.POSITIVE_INFINITY, row.head.seq)) return null
    const range = rangeAt(row.ranges, from + 1)
    if (range) {
      const rows = await storedAfter(db, chat, from, range[1])
      const found = rows.find((e) => speaksTo(me, e, from) && !seqs.has(e.seq))
      mentions.looked = found?.seq ?? rows.at(-1)?.seq ?? range[1]
      if (!found) continue
      seqs.add(found.seq)
      return found.seq
    }
    const page = await history.load(chat, { at: 'through', seq: from })
    await mirror.settled()
    // What the reader may not see begins behind a place that is not sent.
    mentions.looked = page ? Math.max(from, page.from - 1) : row.head.seq
  }
}
