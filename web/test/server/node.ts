// SPDX-License-Identifier: AGPL-3.0-or-later
import { WebSocket as NodeWebSocket } from 'ws'
import type { Net, Timing } from '../../src/wire/link'

/** The network of a test, which can be switched off as a device's can. */
export class NodeNet implements Net {
  off = false
  readonly fetch: typeof fetch = (input, init) => fetch(input, init)
  socket(url: string, protocol: string): WebSocket {
    return new NodeWebSocket(url, protocol) as unknown as WebSocket
  }
  online(): boolean {
    return !this.off
  }
}

/** Deadlines short enough for tests; everything waits for a condition, never for these. */
export const QUICK: Timing = {
  firstData: 1_500,
  answer: 5_000,
  doubt: 400,
  pong: 1_500,
  spare: 300,
  streamSilence: 5_000,
  pollWait: 2_000,
  retryMin: 10,
  retryMax: 100,
  retryNear: 100,
  climbMin: 60_000,
  climbMax: 60_000,
}

/** Waits until a condition holds; fails with what it is when it has not come true for long. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  patience = 20_000,
): Promise<void> {
  const end = performance.now() + patience
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never came true: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
