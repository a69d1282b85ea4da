// SPDX-License-Identifier: AGPL-3.0-or-later
import { AppError, type PhotoActions, type PhotoPart, type PhotoView, type Portrait } from '../../model'
import type { ChatId } from '../../model/id'
import { call, fromHex, photoOf } from '../../wire'
import { fetchContent, Photos } from '../../wire/photos'
import { append, begin, Files } from '../../wire/tus'
import type { Env } from '../env'
import { FACES } from '../faces'
import { type Asker, acting, reached, signedIn } from './asking'

/** Small photos kept on this device; the oldest are let go. */
const KEPT = 600
/** An upload of a few hundred kilobytes takes no longer, or is tried again by the person. */
const UPLOAD_MS = 120_000

const made = new WeakMap<Asker, PhotoActions>()

/** Photos of people and chats; the same for the same app, so that nothing is fetched twice. */
export function photoActions(asker: Asker, env: Env): PhotoActions {
  const acts = made.get(asker) ?? makeActions(asker, env)
  made.set(asker, acts)
  return acts
}

function makeActions(asker: Asker, env: Env): PhotoActions {
  const store = new Faces(asker, env)
  return {
    set: (chat, picture) => acting(() => set(asker, env, { chat, picture })),
    remove: (chat, seq) =>
      acting(async () => {
        const account = signedIn(asker)
        const key = account.keys.make()
        await call(account.tabs, Photos.method.remove, { key, chat: chat ?? 0, seq })
      }),
    list: (account) =>
      acting(async () => {
        const { photos } = await call(signedIn(asker).tabs, Photos.method.list, { account })
        return photos.map((p) => ({ ...photoOf(p), open: p.public, of: 'account', id: account }) as const)
      }),
    bytes: (photo, part) => acting(() => store.get(photo, part)),
  }
}

async function set(
  asker: Asker,
  env: Env,
  { chat, picture }: { chat: ChatId | null; picture: Portrait },
): Promise<void> {
  const account = signedIn(asker)
  const { token } = account.session
  const address = reached(asker, env.home)
  const o = { address, token, net: env.net, signal: AbortSignal.timeout(UPLOAD_MS) }
  const { blob, thumbhash } = picture
  const file = await begin(o, { length: blob.size, name: '', photo: true, partial: false })
  await append(o, file, { at: 0, bytes: blob, kind: 'photo', progress: () => {} })
  const key = account.keys.make()
  const what = { key, chat: chat ?? 0, file, thumbhash: fromHex(thumbhash) }
  await call(account.tabs, Photos.method.set, what)
}

/** Fetches photos, each once, and keeps the small ones. */
class Faces {
  readonly #asker: Asker
  readonly #env: Env
  readonly #running = new Map<string, Promise<Blob>>()
  /** In memory only, and of one session: it opens private media and nothing else. */
  #key: { readonly of: unknown; readonly token: Promise<string> } | null = null

  constructor(asker: Asker, env: Env) {
    this.#asker = asker
    this.#env = env
  }

  get(photo: PhotoView, part: PhotoPart): Promise<Blob> {
    const name = `${photo.hash}/${part}`
    const running = this.#running.get(name)
    if (running) return running
    const one = this.#stored(photo, part).finally(() => this.#running.delete(name))
    this.#running.set(name, one)
    return one
  }

  /** What is small is kept by its content, so that it is there without a network and after an update. */
  async #stored(photo: PhotoView, part: PhotoPart): Promise<Blob> {
    // Without a secure place, or where the browser keeps nothing, there is no such store.
    const cache = part === '160' ? await globalThis.caches?.open(FACES).catch(() => undefined) : undefined
    const name = `/face/${photo.hash}`
    const kept = await cache?.match(name).catch(() => undefined)
    if (kept) return kept.blob()
    const blob = await this.#fetched(photo, part)
    if (cache) void keep(cache, name, blob).catch(() => {})
    return blob
  }

  async #fetched(photo: PhotoView, part: PhotoPart): Promise<Blob> {
    for (const again of [true, false]) {
      const got = await fetchContent(this.#env.net, await this.#address(photo, part))
      if (typeof got === 'object') return got.blob
      if (got === 'offline') throw new AppError('OFFLINE')
      if (got !== 'ended' || !again) break
      this.#key = null
    }
    throw new AppError('NOT_FOUND')
  }

  async #address(photo: PhotoView, part: PhotoPart): Promise<string> {
    const { of, id, hash, seq, open, past, invite } = photo
    const root = `${reached(this.#asker, this.#env.home)}/media`
    if (open) return `${root}/public/${hash}/${part}`
    const by = new URLSearchParams({ key: await this.#token(), ...(invite ? { invite } : {}) })
    const where = past ? `chat/${id}` : `photo/${of}/${id}`
    return `${root}/${where}/${seq}/${part}?${by}`
  }

  #token(): Promise<string> {
    const account = signedIn(this.#asker)
    if (this.#key?.of !== account) {
      const token = call(account.tabs, Files.method.access, {}).then((access) => access.token)
      this.#key = { of: account, token }
      token.catch(() => {
        this.#key = null
      })
    }
    return this.#key.token
  }
}

async function keep(cache: Cache, name: string, blob: Blob): Promise<void> {
  await cache.put(name, new Response(blob))
  const all = await cache.keys()
  for (const old of all.slice(0, Math.max(0, all.length - KEPT))) await cache.delete(old)
}
