// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow, EntryRow, Writer } from '../db'
import type { Entry } from '../model/entry'
import { mends, versionBy, withVersion } from '../model/fold'
import type { ChatId, Seq } from '../model/id'
import { addRange, type Ranges, rangeAt } from '../model/ranges'

/**
 * Stores entries, in whatever order they come and however often: versions are settled by the number of the
 * entry that made them, so early, late and doubled ones end alike (I5).
 */
export async function storeEntries(w: Writer, chat: ChatId, entries: readonly Entry[]): Promise<void> {
  const batch = new Map<Seq, EntryRow>()
  for (const entry of entries) {
    const known = await w.entry(chat, entry.seq)
    const row: EntryRow = {
      ...entry,
      chat,
      tally: entry.tally ?? known?.tally ?? null,
      // Channels hide keys and authors: what this device knows of them no entry brings again.
      ...(known?.own ? { own: true, key: known.key } : {}),
      ...(mends(entry) ? { mends: entry.target } : {}),
    }
    batch.set(entry.seq, withVersion(row, known?.overlay ?? null))
  }
  const seqs = [...batch.keys()]
  for (const mend of await w.mending(chat, Math.min(...seqs), Math.max(...seqs))) {
    const target = batch.get(mend.target)
    if (target) batch.set(mend.target, withVersion(target, versionBy(mend)))
  }
  for (const mend of [...batch.values()].filter(mends)) {
    const target = batch.get(mend.target) ?? (await w.entry(chat, mend.target))
    if (target) batch.set(mend.target, withVersion(target, versionBy(mend)))
  }
  for (const { kind, target } of [...batch.values()]) {
    if (kind !== 'chatPhotoRemoved') continue
    // What was erased for everybody leaves this device too.
    const photo = batch.get(target) ?? (await w.entry(chat, target))
    if (photo?.kind === 'chatPhoto') batch.set(target, { ...photo, body: new Uint8Array(0) })
  }
  for (const row of batch.values()) await w.putEntry(row)
}

/** The ranges of a contiguous run added to those known. */
export function withRun(ranges: Ranges, entries: readonly Entry[]): Ranges {
  const [first, last] = [entries[0], entries.at(-1)]
  return first && last ? addRange(ranges, [first.seq, last.seq]) : ranges
}

/** Cuts entries into runs of contiguous numbers, ascending, each number once. */
export function runsOf(entries: readonly Entry[]): Entry[][] {
  const sorted = [...new Map(entries.map((e) => [e.seq, e])).values()].sort((a, b) => a.seq - b.seq)
  const runs: Entry[][] = []
  for (const entry of sorted) {
    const run = runs.at(-1)
    if (run && run.at(-1)?.seq === entry.seq - 1) run.push(entry)
    else runs.push([entry])
  }
  return runs
}

/**
 * How far everything stored is today's version. It moves on through entries that connect to it, since each of
 * them was applied to what it changes; where nothing at all is stored, it starts at `fresh`.
 */
export function asOfAfter(row: ChatRow, ranges: Ranges, fresh: Seq): Seq {
  if (row.ranges.length === 0) return Math.max(row.asOf, fresh)
  return rangeAt(ranges, row.asOf + 1)?.[1] ?? row.asOf
}
