// SPDX-License-Identifier: AGPL-3.0-or-later
import { AppError, type MediaActions, type MediaView, type UploadView } from '../../model'
import { Accounts, call } from '../../wire'
import { Links } from '../../wire/gen/zolal/v1/link_pb'
import { previewOf } from '../../wire/media'
import { Files } from '../../wire/tus'
import { type Asker, acting, signedIn } from './asking'

/** How long a media token is used before another is asked for after a failure; milliseconds. */
const RENEW_AFTER = 10_000

/** Media: where they are fetched, and what becomes of uploads. `home` is where the server is. */
export function mediaActions(asker: Asker, home: string): MediaActions {
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
    if (place.open && hash !== '') return `${home}/media/public/${hash}/${part}`
    const path = `${home}/media/chat/${place.chat}/${place.seq}/${part}`
    return `${path}?key=${encodeURIComponent(await token())}`
  }

  return {
    address: (of, part) => acting(() => address(of, part)),
    renew: () => {
      if (key && performance.now() - key.at > RENEW_AFTER) key = null
    },
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

function watch(asker: Asker, item: number, tell: (upload: UploadView) => void): () => void {
  const { uploads, mirror } = signedIn(asker)
  const row = mirror.outbox.find(({ n }) => n === item)
  const size = (row?.files ?? []).reduce((sum, file) => sum + file.size, 0)
  tell(uploads.get(item) ?? { sent: 0, size, state: row?.paused ? 'paused' : 'waiting' })
  return uploads.watch(item, tell)
}
