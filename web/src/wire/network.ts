// SPDX-License-Identifier: AGPL-3.0-or-later
import type { RungMemory } from './connection'
import { type Net, RUNGS, type Rung } from './link'

interface NetworkInformation extends EventTarget {
  readonly type?: string
  readonly effectiveType?: string
}

/** The browser's own network. */
export const browserNet: Net = {
  fetch: (input, init) => fetch(input, init),
  socket: (url, protocol) => new WebSocket(url, protocol),
  online: () => navigator.onLine !== false,
}

/** Tells when the device goes from one kind of network to another, where a browser says so. */
export function onOtherNetwork(hear: () => void): () => void {
  const { connection } = navigator as Navigator & { connection?: NetworkInformation }
  let before = connection?.type
  const changed = () => {
    // It also tells of every new guess at how fast the network is.
    if (connection?.type === before) return
    before = connection?.type
    hear()
  }
  connection?.addEventListener?.('change', changed)
  return () => connection?.removeEventListener?.('change', changed)
}

/** Names the network as well as a browser lets us tell: its type, not its name. */
export function networkName(): string {
  const { connection } = navigator as Navigator & { connection?: NetworkInformation }
  return `${connection?.type ?? 'any'}/${connection?.effectiveType ?? 'any'}`
}

/** Remembers the rung of each network; `save` is told of every change. */
export class Rungs implements RungMemory {
  readonly #rungs: Map<string, Rung>
  readonly #save: (rungs: Record<string, string>) => void
  readonly #name: () => string

  constructor(
    stored: Readonly<Record<string, string>>,
    save: (rungs: Record<string, string>) => void,
    name: () => string = networkName,
  ) {
    const known = Object.entries(stored).filter((e): e is [string, Rung] => RUNGS.some((r) => r === e[1]))
    this.#rungs = new Map(known)
    this.#save = save
    this.#name = name
  }

  network(): string {
    return this.#name()
  }

  recall(network: string): Rung | undefined {
    return this.#rungs.get(network)
  }

  note(network: string, rung: Rung): void {
    if (this.#rungs.get(network) === rung) return
    this.#rungs.set(network, rung)
    this.#save(Object.fromEntries(this.#rungs))
  }
}
