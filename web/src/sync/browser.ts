// SPDX-License-Identifier: AGPL-3.0-or-later
import { onFreeze } from '../model/freeze'
import { browserNet, networkName, onOtherNetwork, TIMING } from '../wire'
import { type Env, PACE } from './env'

/** How often a tab that cannot lock tries to lead anyway: never; without locks every tab leads. */
type Locks = Pick<LockManager, 'request'>

/** What the browser calls itself, for the list of devices. */
function deviceName(agent: string): string {
  const browser =
    [
      ['Firefox', /Firefox\//],
      ['Edge', /Edg\//],
      ['Opera', /OPR\//],
      ['Chrome', /Chrome\//],
      ['Safari', /Safari\//],
    ].find(([, mark]) => (mark as RegExp).test(agent))?.[0] ?? 'Browser'
  const system =
    [
      ['Android', /Android/],
      ['iOS', /iPhone|iPad/],
      ['Windows', /Windows/],
      ['macOS', /Mac OS/],
      ['Linux', /Linux/],
    ].find(([, mark]) => (mark as RegExp).test(agent))?.[0] ?? ''
  return system ? `${browser} on ${system}` : String(browser)
}

function listen(events: readonly string[], listener: () => void): () => void {
  for (const event of events) addEventListener(event, listener)
  return () => {
    for (const event of events) removeEventListener(event, listener)
  }
}

async function lock(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const { locks } = navigator as Navigator & { locks?: Locks }
  // Keys make it safe that two tabs send the same; locks only keep it from being done twice.
  if (!locks) return work()
  let done = Promise.resolve()
  try {
    await locks.request(name, { signal }, () => {
      done = work()
      // No other tab waits for what is still to be ended: a page that freezes ends it when it is woken.
      const given = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      return Promise.race([done, given])
    })
    await done
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** The browser this app runs in. */
export function browserEnv(version: string, build: string, inSight: () => boolean): Env {
  return {
    home: location.origin,
    net: browserNet,
    timing: TIMING,
    pace: PACE,
    who: { client: 'zolal-web', version, build },
    device: deviceName(navigator.userAgent),
    registry: 'zolal',
    networkName,
    channel: (name, hear) => {
      const channel = new BroadcastChannel(name)
      channel.onmessage = (event) => hear(event.data)
      return { post: (message) => channel.postMessage(message), close: () => channel.close() }
    },
    lock,
    onWake: (wake) => {
      const ends = [
        listen(['online', 'offline'], () => wake(true)),
        listen(['focus', 'pageshow', 'visibilitychange'], () => wake(false)),
        onOtherNetwork(() => wake(true)),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
    inSight,
    onHide: (hide) => listen(['pagehide', 'visibilitychange'], hide),
    onFreeze,
    persist: () => void navigator.storage?.persist?.(),
  }
}
