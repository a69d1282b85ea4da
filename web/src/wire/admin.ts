// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ConditionView, DiskView, ServerStatusView } from '../model'
import type { Condition, Disk, ServerStatus } from './gen/zolal/v1/admin_pb'

export { Admin } from './gen/zolal/v1/admin_pb'

/** The status of a server as screens draw it. */
export function statusOf(status: ServerStatus): ServerStatusView {
  const { load, growth, storage, backups, pushes } = status
  return {
    at: Number(status.serverMs),
    conditions: status.conditions.map(conditionOf),
    load: {
      people: load?.people ?? 0,
      connections: load?.connections ?? 0,
      entriesPerMinute: load?.entriesPerMinute ?? 0,
      cpuPercent: load?.cpuPercent ?? 0,
      cores: load?.cores ?? 1,
      memory: Number(load?.memoryBytes ?? 0),
      machine: Number(load?.machineBytes ?? 0),
    },
    growth: {
      accounts: Number(growth?.accounts ?? 0),
      entries: Number(growth?.entries ?? 0),
      counting: growth?.counting ?? false,
      days: (growth?.days ?? []).map((day) => ({
        start: Number(day.startMs),
        accounts: Number(day.accounts),
        chats: Number(day.chats),
        messages: Number(day.messages),
      })),
    },
    storage: {
      database: Number(storage?.databaseBytes ?? 0),
      log: Number(storage?.logBytes ?? 0),
      media: Number(storage?.mediaBytes ?? 0),
      contents: Number(storage?.contents ?? 0),
      bucket: storage?.mediaBucket ?? '',
      disks: (storage?.disks ?? []).filter((disk) => !disk.shared).map(diskOf),
    },
    backups: {
      enabled: backups?.enabled ?? false,
      count: backups?.count ?? 0,
      keep: backups?.keep ?? 0,
      newest: Number(backups?.newestMs ?? 0) || null,
      newestBytes: Number(backups?.newestBytes ?? 0),
      allBytes: Number(backups?.allBytes ?? 0),
      next: Number(backups?.nextMs ?? 0) || null,
      running: backups?.running ?? false,
    },
    pushes: {
      enabled: pushes?.enabled ?? false,
      subscriptions: pushes?.subscriptions ?? 0,
      waiting: pushes?.waiting ?? 0,
      taken: Number(pushes?.taken ?? 0),
      lost: Number(pushes?.lost ?? 0),
      unreachable: pushes?.unreachable ?? false,
    },
    certificateEnds: Number(status.certificateEndsMs) || null,
    version: status.version,
    build: status.build,
    protocols: [status.protocolMin, status.protocol],
    started: Number(status.startedMs),
    clients: status.clients.map(({ client, version, connections, current }) => ({
      client,
      version,
      connections,
      current,
    })),
  }
}

function conditionOf(c: Condition): ConditionView {
  return {
    code: c.code,
    problem: c.problem,
    text: c.text,
    detail: c.detail,
    value: Number(c.value),
    limit: Number(c.limit),
  }
}

function diskOf(disk: Disk): DiskView {
  return {
    what: disk.what === 'backups' ? 'backups' : 'data',
    free: Number(disk.freeBytes),
    total: Number(disk.totalBytes),
    warn: Number(disk.warnBytes),
    stop: Number(disk.stopBytes),
  }
}
