// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Player } from './player.svelte'

/** The player, once something was played: what shows it is loaded only then. */
class Listening {
  player = $state.raw<Player | null>(null)
}

export const listening = new Listening()
