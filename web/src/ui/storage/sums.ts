// SPDX-License-Identifier: AGPL-3.0-or-later
import type { KeptKind, KeptOfChat, KeptView } from '../../model'

export const KEPT: readonly KeptKind[] = ['photos', 'videos', 'files', 'voice', 'music', 'messages']

type Bytes = KeptOfChat['bytes']

/** How much of these kinds there is. */
export function sumOf(bytes: Bytes, kinds: readonly KeptKind[] = KEPT): number {
  return kinds.reduce((sum, kind) => sum + (bytes[kind] ?? 0), 0)
}

/** All chats together, by kind. */
export function byKind({ chats }: KeptView): Bytes {
  const all: Partial<Record<KeptKind, number>> = {}
  for (const { bytes } of chats) for (const kind of KEPT) all[kind] = (all[kind] ?? 0) + (bytes[kind] ?? 0)
  return all
}
