// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Freeze } from '../../src/model/freeze'
import type { Channel, Env, Pace } from '../../src/sync/env'
import type { Timing } from '../../src/wire/link'
import { NodeNet, QUICK } from './node'

/** Pauses short enough for tests. */
export const SWIFT: Pace = {
  reads: 20,
  drafts: 20,
  views: 20,
  staff: 20_000,
  typing: 200,
  resync: 5,
  safety: 600_000,
  sendMin: 5,
  sendMax: 50,
}

/**
 * One browser: what its tabs share. Locks are granted in the order of asking, and channels carry copies, as
 * browsers do.
 */
export class Browser {
  readonly name: string
  readonly #locks = new Map<string, Promise<void>>()
  readonly #ears = new Map<string, Set<(message: unknown) => void>>()
  readonly #home: string

  constructor(name: string, home: string) {
    this.name = name
    this.#home = home
  }

  tab(net = new NodeNet(), timing: Partial<Timing> = {}, pace: Partial<Pace> = {}): TestEnv {
    const wakes = new Set<(changed: boolean) => void>()
    const hides = new Set<() => void>()
    const freezes = new Set<Freeze>()
    let thaw = () => {}
    return {
      home: this.#home,
      net,
      timing: { ...QUICK, ...timing },
      pace: { ...SWIFT, ...pace },
      who: { client: 'test', version: '0', build: '' },
      device: 'a test',
      registry: `zolal ${this.name}`,
      networkName: () => 'home',
      channel: (name, hear) => this.#channel(name, hear),
      lock: (name, signal, work) => this.#lock(name, signal, work),
      onWake: (wake) => {
        wakes.add(wake)
        return () => wakes.delete(wake)
      },
      inSight() {
        return this.seen
      },
      seen: true,
      onHide: (hide) => subscribe(hides, hide),
      onFreeze: (freeze) => {
        freezes.add(freeze)
        return () => freezes.delete(freeze)
      },
      persist: () => {},
      wake: () => {
        for (const wake of wakes) wake(false)
      },
      freeze: () => {
        const woken = new Promise<void>((resolve) => (thaw = resolve))
        for (const freeze of [...freezes]) freeze(woken)
      },
      thaw: () => thaw(),
      hide: () => {
        for (const hide of hides) hide()
      },
    }
  }

  #channel(name: string, hear: (message: unknown) => void): Channel {
    const ears = this.#ears.get(name) ?? new Set()
    this.#ears.set(name, ears)
    ears.add(hear)
    let open = true
    return {
      post: (message) => {
        const copy = structuredClone(message)
        for (const other of ears) if (other !== hear) setTimeout(() => ears.has(other) && other(copy))
      },
      close: () => {
        open = open && !ears.delete(hear)
      },
    }
  }

  async #lock(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const before = this.#locks.get(name) ?? Promise.resolve()
    let release: () => void = () => {}
    this.#locks.set(name, new Promise((resolve) => (release = resolve)))
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    await Promise.race([before, aborted])
    try {
      if (!signal.aborted) await work()
    } finally {
      void before.then(release)
    }
  }
}

export interface TestEnv extends Env {
  readonly net: NodeNet
  /** The person looks at this tab. */
  seen: boolean
  /** The person returns to the app. */
  wake(): void
  /** The app is put away. */
  hide(): void
  /** The browser lets the tab stand still, and run again. */
  freeze(): void
  thaw(): void
}

function subscribe(set: Set<() => void>, listener: () => void): () => void {
  set.add(listener)
  return () => set.delete(listener)
}
