// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Registry } from '../db'

/** Notes a database of an ended session that still holds what was never sent. */
export async function noteLeftover(registry: Registry, name: string): Promise<void> {
  await registry.set('kept', [...((await registry.get('kept')) ?? []), name])
}
