// SPDX-License-Identifier: AGPL-3.0-or-later
import { type Change, type LoadedKey, Registry } from '../../db'
import { AppError, type AppModel, type MediaActions, type MediaView, type UploadView } from '../../model'
import { COUNTING } from '../../model/fetched'
import type { ChatId, Seq } from '../../model/id'
import { Accounts, call } from '../../wire'
import { Links } from '../../wire/gen/zolal/v1/link_pb'
import { previewOf } from '../../wire/media'
import { spent, spentAs } from '../../wire/spent'
import { Files } from '../../wire/tus'
import type { Account } from '../account'
import type { Env } from '../env'
import { type Asker, acting, reached, signedIn } from './asking'
import { clean, keptOf } from './kept'
import { Loads, type LoadsOptions } from './loads'

/** How long a media token is used before another is asked for after a failure; milliseconds. */
const RENEW_AFTER = 10_000

type WithSession = Asker & Pick<AppModel, 'session'>

/** Media: where they are fetched, what is kept of them, and what becomes of uploads. */
export function mediaActions(
  asker: WithSession,
  { home, net, registry }: Pick<Env, 'home' | 'net' | 'registry'>,
): MediaActions {
  spent.watch()
  const counted = () => takeSpent(registry).catch(() => {})
  void counted()
  // In memory only, and of one session: it opens private media and nothing else.
  let key: { readonly of: unknown; readonly at: number; readonly token: Promise<string> } | null = null

  const token = (): Promise<string> => {
    const account = signedIn(asker)
    if (key?.of !== account) {
      const asked = call(account.tabs, Files.method.access, {}).then((access) => access.token)
      key = { of: account, at: performance.now(), token: asked }
      asked.catch(() => {
        key = null
      })
    }
    return key.token
  }

  const address = async ({ place, hash }: MediaView, part: string): Promise<string> => {
    if (place.at === 'outbox') throw new AppError('NOT_FOUND')
    const root = `${reached(asker, home)}/media`
    if (place.open && hash !== '') return `${root}/public/${hash}/${part}`
    const path = `${root}/chat/${place.chat}/${place.seq}/${part}`
    return `${path}?key=${encodeURIComponent(await token())}`
  }

  const renew = () => {
    if (key && performance.now() - key.at > RENEW_AFTER) key = null
  }
  const loads = loadsOf(asker, { net, address, renew })

  return {
    address: (of, part) =>
      acting(async () => {
        const at = await address(of, part)
        spent.name(at, spentAs(of.kind))
        return at
      }),
    renew,
    loads: {
      load: (of, part) => acting(() => loads().load(of, part)),
      kept: (of, part) => acting(() => loads().kept(of, part)),
      stop: (of, part) => loads().stop(of, part),
      watch: (of, part, tell) => loads().watch(of, part, tell),
    },
    storage: storageActions(asker, loads, counted),
    waiting: (item, part) =>
      acting(async () => (await signedIn(asker).db.read((r) => r.file(item, part)))?.blob ?? null),
    watch: (item, tell) => watch(asker, item, tell),
    pause: (item, paused) => acting(() => signedIn(asker).outbox.pause(item, paused)),
    cancel: (item) =>
      acting(async () => {
        if (!(await signedIn(asker).outbox.cancel(item))) throw new AppError('CONFLICT')
      }),
    preview: (url) =>
      acting(async () => {
        const account = signedIn(asker)
        return previewOf(await call(account.tabs, Links.method.preview, { url }))
      }).catch((error) => {
        if (error instanceof AppError && error.code === 'NOT_FOUND') return null
        throw error
      }),
    limit: () =>
      acting(async () => {
        const info = await call(signedIn(asker).tabs, Accounts.method.server, {})
        return Number(info.uploadBytes)
      }),
  }
}

/** What loads for whoever is signed in, and no longer than they are. */
function loadsOf(asker: WithSession, o: LoadsOptions): () => Loads {
  let mine: { readonly of: unknown; readonly loads: Loads } | null = null
  const loads = (): Loads => {
    const account = signedIn(asker)
    if (mine?.of !== account) {
      mine?.loads.close()
      mine = { of: account, loads: new Loads(account, o) }
      keepOnlyWhatMayStay(account, mine.loads)
    }
    return mine.loads
  }
  asker.session.subscribe(() => {
    if (!mine || mine.of === asker.current) return
    mine.loads.close()
    mine = null
  })
  // What may not stay any more goes, whether or not something is shown.
  if (asker.current) loads()
  return loads
}

/** Counts what the worker sent and received since the last time; whoever comes first takes it. */
async function takeSpent(name: string): Promise<void> {
  const { locks } = navigator as { readonly locks?: LockManager }
  if (!locks) return
  const registry = await Registry.open(name)
  try {
    await locks.request(COUNTING, async () => {
      const counted = await registry.get('spent')
      if (!counted) return
      await registry.delete('spent')
      spent.take(counted)
    })
  } finally {
    registry.close()
  }
}

function storageActions(
  asker: Asker,
  loads: () => Loads,
  counted: () => Promise<void>,
): MediaActions['storage'] {
  return {
    spent: async () => {
      await counted()
      return spent.view()
    },
    forgetSpent: async () => {
      await counted()
      spent.forget()
    },
    lost: () =>
      acting(async () => {
        const { db } = signedIn(asker)
        if (!(await db.read((r) => r.value('lost')))) return false
        await db.write((w) => w.putValue('lost', false))
        return true
      }),
    kept: () => acting(() => keptOf(signedIn(asker), loads())),
    clean: (what) => acting(() => clean(signedIn(asker), loads(), what)),
  }
}

function watch(asker: Asker, item: number, tell: (upload: UploadView | null) => void): () => void {
  const { uploads, mirror } = signedIn(asker)
  const row = mirror.outbox.find(({ n }) => n === item)
  const size = (row?.files ?? []).reduce((sum, file) => sum + file.size, 0)
  const waits = row?.state === 'uploading' || row?.state === 'failed'
  const state = row?.paused ? 'paused' : 'waiting'
  tell(uploads.get(item) ?? (waits ? { sent: 0, size, state } : null))
  return uploads.watch(item, tell)
}

/** What was loaded goes with its message, where that is deleted, and with its chat; what was sent comes. */
function keepOnlyWhatMayStay(account: Account, loads: Loads): void {
  account.mirror.subscribe((change) => {
    if (change.values.includes('toKeep')) void loads.learn().catch(() => {})
    if (change.entries.length === 0 && change.chats.length === 0) return
    void touchedBy(account, change)
      .then((touched) => loads.keepOnly(touched))
      .catch(() => {})
  })
}

/** Which messages a change is about: those that changed, and those that a changed entry edits or deletes. */
async function touchedBy({ db }: Account, change: Change): Promise<(key: LoadedKey) => boolean> {
  const touched = new Map<ChatId, ReadonlySet<Seq> | null>()
  for (const { chat, seqs } of change.entries) {
    const rows = seqs && (await db.read((r) => Promise.all(seqs.map((seq) => r.entry(chat, seq)))))
    touched.set(chat, rows && new Set([...seqs, ...rows.flatMap((row) => row?.mends ?? [])]))
  }
  return ({ chat, seq }) => {
    const seqs = touched.get(chat)
    return seqs === null || (seqs?.has(seq) ?? false)
  }
}
