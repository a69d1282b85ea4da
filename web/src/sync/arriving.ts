// SPDX-License-Identifier: AGPL-3.0-or-later
import { type AppModel, type ChatListView, type ConnectionView, type Observable, Source } from '../model'
import type { SessionView } from '../model/session'
import { later } from './act/later'

/** The list before anything is known. */
export const NO_CHATS: ChatListView = { state: 'loading', chats: [], requests: [], invitations: [] }

/** What of the app is asked for before it is used; the rest are actions, or belong to who is signed in. */
const ASKED: readonly PropertyKey[] = ['passkeys', 'reports', 'search', 'cases', 'media', 'notifications']

/** Copies what `from` says, but for what is no news. */
function follow<T>(from: Observable<T>, to: Source<T>, isNews: (value: T) => boolean = () => true): void {
  const copy = () => {
    const value = from.get()
    if (isNews(value)) to.set(value)
  }
  copy()
  from.subscribe(copy)
}

/**
 * The app while its code is on its way: most of it is not needed to draw the form of who is new here. Until
 * it is here `first` is said of the session, and actions wait; from then on it is the app itself.
 */
export function arriving(coming: Promise<AppModel>, first: SessionView): AppModel {
  const session = new Source(first)
  const connection = new Source<ConnectionView>({ state: 'connecting', outbox: 0 })
  const chatList = new Source(NO_CHATS)
  const known = new Map<PropertyKey, unknown>(Object.entries({ session, connection, chatList }))
  let here: AppModel | null = null
  coming.then((model) => {
    here = model
    // That the store is still being read is no news to who sees the form already.
    follow(model.session, session, ({ kind }) => kind !== 'starting')
    follow(model.connection, connection)
    follow(model.chatList, chatList)
  })
  const whenHere = (name: keyof AppModel) => {
    if (ASKED.includes(name)) return async () => ((await coming)[name] as () => Promise<unknown>)()
    return later(async () => (await coming)[name] as object)
  }
  return new Proxy({} as AppModel, {
    get(_, name) {
      if (known.has(name) || typeof name === 'symbol' || name === 'then') return known.get(name)
      const own = here?.[name as keyof AppModel]
      if (!own) return whenHere(name as keyof AppModel)
      return typeof own === 'function' ? own.bind(here) : own
    },
  })
}
