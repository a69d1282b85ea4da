// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

/** What is the matter, and what to do. */
const conditions = {
  store_unreadable: {
    what: 'The store cannot be read',
    remedy: 'The disk has a fault, or somebody moved the data directory. The cause is below; look at dmesg.',
  },
  data_unwritable: {
    what: 'The data directory cannot be written',
    remedy: 'The disk is full, read-only or faulty. The cause is below; look at dmesg.',
  },
  stopping: { what: 'The server is stopping', remedy: 'It comes back when it is started again.' },
  certificate_ends: {
    what: 'The certificate ends soon',
    remedy: 'It should have renewed itself. Do port 80 and the name still lead to this machine?',
  },
  certificate_expired: {
    what: 'The certificate has expired',
    remedy: 'Apps and browsers refuse to connect. Do port 80 and the name still lead to this machine?',
  },
  certificate_missing: {
    what: 'There is no certificate yet',
    remedy: 'Does the name lead to this machine, and are ports 80 and 443 open to it? The log tells more.',
  },
  backup_unlisted: {
    what: 'The backups cannot be listed',
    remedy: 'May the service read the directory of backup.dir, and is its disk mounted?',
  },
  backup_none: {
    what: 'No backup was made yet',
    remedy: 'Make one now, below. If it fails, its cause appears here.',
  },
  backup_old: {
    what: 'The newest backup is old',
    remedy: 'The last nights failed, or the clock is wrong. Make one now, below.',
  },
  backup_failed: {
    what: 'The last backup failed',
    remedy:
      'Most often there is no room, or the service may not write there. It is tried again within the hour.',
  },
  disk_data_low: {
    what: 'The disk of the data is filling up',
    remedy: 'Move the backups to another disk, remove what else grows there, or get a larger one.',
  },
  disk_data_full: {
    what: 'The disk is nearly full: nothing new is taken',
    remedy: 'People can read and delete, not write. Free space now; it goes on by itself.',
  },
  disk_backups_low: {
    what: 'The disk of the backups is filling up',
    remedy: 'The next backup may not fit. Keep fewer (backup.keep), or use another disk.',
  },
  media_unreachable: {
    what: 'Photos, videos and files cannot be reached',
    remedy:
      'Messages go on; uploads wait. Does the S3 gateway run, or is the disk of media.dir mounted? The cause is below.',
  },
  media_foreign: {
    what: 'Another server cleans the bucket of media',
    remedy:
      'This one keeps and shows media and removes none. After a restore it takes over within a week; else give it another media.s3.prefix.',
  },
  clock_behind: {
    what: 'The clock of the server is wrong',
    remedy: 'It is behind what was stored before. Let the system set it (timedatectl).',
  },
}

export const makeEnglish = (f: Format) => ({
  title: 'Server status',
  refused: 'Only for the operator',
  refusedBody: 'This page tells about the whole server. It opens for whoever runs it.',
  failed: 'The status could not be read',
  fine: 'All is well',
  fineBody: 'Nothing needs your attention.',
  problem: 'Keeps the server from its work',
  warning: 'Needs your attention',
  updated: (time: string) => `As of ${time}`,
  conditions,
  free: (bytes: string) => `${bytes} free`,
  freeOf: (bytes: string, total: string) => `${bytes} of ${total} free`,
  until: (date: string) => `Until ${date}`,
  daysOld: (days: number) => f.plural(days, { one: '# day old', other: '# days old' }),
  hoursOld: (hours: number) => f.plural(hours, { one: '# hour old', other: '# hours old' }),
  fresh: 'less than an hour old',
  daysLeft: (days: number) => f.plural(days, { one: '# day left', other: '# days left' }),
  behind: (minutes: number) => f.plural(minutes, { one: '# minute behind', other: '# minutes behind' }),
  load: 'Now',
  people: 'People online',
  connections: 'Connections',
  perMinute: 'Stored a minute',
  cpu: 'Processor',
  ofCores: (cores: number) => f.plural(cores, { one: 'of # core', other: 'of # cores' }),
  memory: 'Memory',
  ofMemory: (bytes: string) => `of ${bytes}`,
  growth: 'The last thirty days',
  counting: 'Still counting…',
  messages: 'Messages',
  accounts: 'New accounts',
  chats: 'New chats',
  accountsAll: 'Accounts in all',
  entriesAll: 'Messages and events in all',
  chart: (what: string, sum: string, most: string, day: string) =>
    `${what}: ${sum} in thirty days, at most ${most}, on ${day}`,
  chartNone: (what: string) => `${what}: none in thirty days`,
  storage: 'Storage',
  database: 'Database',
  log: 'Write-ahead log (WAL)',
  media: 'Photos, videos and files',
  contents: (count: number) => f.plural(count, { one: '# file', other: '# files' }),
  inBucket: (at: string) => `in ${at}`,
  disk: { data: 'Disk of the data', backups: 'Disk of the backups' },
  marks: (warn: string, stop: string) => `Warns below ${warn}, takes nothing new below ${stop}`,
  mark: (warn: string) => `Warns below ${warn}`,
  backups: 'Backups',
  newest: 'The newest',
  noBackup: 'None yet',
  noBackups: 'No backups are made: backup.keep is 0. Whatever happens to this disk happens to everything.',
  kept: 'Kept',
  keptOf: (count: number, keep: number, bytes: string) => `${f.n(count)} of ${f.n(keep)}, ${bytes}`,
  pushes: 'Notifications',
  pushDevices: 'Devices that can be woken',
  pushTaken: 'Delivered to push services since the start',
  pushLost: (n: number) => `${f.n(n)} refused or dropped`,
  pushWaiting: 'Waiting',
  pushUnreachable: 'The last tries reached no push service. The server needs a way out on port 443.',
  noPushes: 'Switched off in the settings: push is off.',
  nextBackup: 'The next',
  backUp: 'Back up now',
  backingUp: 'A backup is being made…',
  backupNote:
    'A backup holds everything the server holds, readable, so it is not offered here. Its directory is that of backup.dir.',
  certificate: 'Certificate',
  noCertificate: 'None: this server speaks plain HTTP, or a proxy in front has the certificate.',
  versions: 'Versions',
  version: 'This server',
  running: 'Running since',
  protocol: 'Protocol',
  clients: 'Connected apps',
  nameless: 'Without a name',
  count: (n: number) => f.plural(n, { one: '# connection', other: '# connections' }),
  outdated: 'not the version that this server serves',
})
