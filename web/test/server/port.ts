// SPDX-License-Identifier: AGPL-3.0-or-later
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** Where the ports begin that the system gives by itself, to listeners and to connections; Linux says so. */
function ownPorts(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/)[0])
  } catch {
    return 32_768
  }
}

/** Above the last one that browsers, and Node's fetch, ask nothing of: Fetch, "port blocking". */
const lowest = 10_081
/** More workers than run beside each other anywhere; each has ports that no other takes. */
const workers = 16

async function free(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch {
    return false
  }
  probe.close()
  await once(probe, 'close')
  return true
}

/**
 * A port of this machine where nobody listens and that a server can come back to: it is below those that the
 * system gives away, so that while the server is stopped no listener and no connection of another gets it.
 */
export async function freePort(): Promise<number> {
  const worker = Number(process.env['TEST_PARALLEL_INDEX'] ?? process.env['VITEST_POOL_ID'] ?? 0) % workers
  const first = Math.ceil(lowest / workers)
  const count = Math.floor(ownPorts() / workers) - first
  const from = Math.floor(Math.random() * count)
  for (let i = 0; i < count; i++) {
    const port = (first + ((from + i) % count)) * workers + worker
    if (await free(port)) return port
  }
  throw new Error(`no free port from ${lowest} to ${ownPorts()}`)
}
