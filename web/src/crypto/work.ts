// SPDX-License-Identifier: AGPL-3.0-or-later

/** Work that a server asks for: see SignupChallenge in the contract. */
export interface Challenge {
  readonly salt: Uint8Array
  readonly nonce: Uint8Array
  readonly rounds: number
  readonly prefix: Uint8Array
}

/** Finds the counter that answers a challenge, beside what the page does. */
export function solve(challenge: Challenge): Promise<number> {
  const worker = new Worker(new URL('./work.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<number | null>) => {
      if (data === null) reject(new Error('the challenge has no answer'))
      else resolve(data)
    }
    worker.onerror = (event) => reject(new Error(event.message || 'the worker broke'))
    worker.postMessage(challenge)
  }).finally(() => worker.terminate())
}
