// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AdminActions, ServerStatusView } from '../../src/model'
import { day, now } from './fixture'

const gb = 1024 ** 3

/** A town of some thousand people, in the state that a test asks for by the address. */
export class MemoryAdmin implements AdminActions {
  #running = false
  #newest = now - 9 * 3_600_000

  async status(): Promise<ServerStatusView> {
    const sick = new URLSearchParams(location.search).has('sick')
    return {
      at: now,
      conditions: sick
        ? [
            condition('disk_data_full', true, 0.4 * gb, 0.5 * gb, '/var/lib/zolal: 400 MB of 40 GB free'),
            condition('backup_old', false, 4 * 86_400, 172_800, ''),
            condition('something_new', false, 0, 0, ''),
          ]
        : [],
      load: {
        people: 1284,
        connections: 1511,
        entriesPerMinute: 342,
        cpuPercent: 17,
        cores: 2,
        memory: 0.21 * gb,
        machine: 2 * gb,
      },
      growth: {
        accounts: 3127,
        entries: 1_482_231,
        counting: false,
        days: Array.from({ length: 30 }, (_, i) => ({
          start: now - (29 - i) * day,
          accounts: Math.round(20 + 14 * Math.sin(i / 3) + i),
          chats: i % 6,
          messages: Math.round(9000 + 5200 * Math.sin(i / 2.2) + 220 * i),
        })),
      },
      storage: {
        database: 2.4 * gb,
        log: 0.008 * gb,
        media: 7.3 * gb,
        contents: 5_214,
        bucket: '',
        disks: [
          { what: 'data', free: sick ? 0.4 * gb : 21 * gb, total: 40 * gb, warn: 4 * gb, stop: 0.5 * gb },
          { what: 'backups', free: 310 * gb, total: 500 * gb, warn: 5 * gb, stop: 0 },
        ],
      },
      backups: {
        enabled: true,
        count: 7,
        keep: 7,
        newest: this.#newest,
        newestBytes: 0.9 * gb,
        allBytes: 6.1 * gb,
        next: now + 15 * 3_600_000,
        running: this.#running,
      },
      pushes: { enabled: true, subscriptions: 184, waiting: 0, taken: 20_512, lost: 3, unreachable: false },
      certificateEnds: now + 61 * day,
      version: '0.1.0',
      build: '3f9c2ab81d44',
      protocols: [1, 1],
      started: now - 12 * day,
      clients: [
        { client: 'zolal-web', version: '0.1.0', connections: 1490, current: true },
        { client: 'zolal-web', version: '0.0.9', connections: 19, current: false },
        { client: '', version: '', connections: 2, current: false },
      ],
    }
  }

  async backUp(): Promise<void> {
    this.#running = true
    setTimeout(() => {
      this.#running = false
      this.#newest = now
    }, 500)
  }
}

function condition(code: string, problem: boolean, value: number, limit: number, detail: string) {
  return { code, problem, text: 'something new is the matter', detail, value, limit }
}
