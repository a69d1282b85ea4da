// SPDX-License-Identifier: AGPL-3.0-or-later
import { getContext, setContext } from 'svelte'
import type { AppModel, ChatListView, ConnectionView, SessionView } from '../../model'
import { type Observed, observe } from './observe.svelte'
import { observePortraits, type PortraitOf } from './portraits'

/** What every screen reaches: the model and the views that all of them draw. */
export interface AppContext {
  readonly model: AppModel
  readonly session: Observed<SessionView>
  readonly connection: Observed<ConnectionView>
  readonly chatList: Observed<ChatListView>
  readonly portraitOf: PortraitOf
}

const key = Symbol('app')

export function provideApp(model: AppModel): AppContext {
  return setContext(key, {
    model,
    session: observe(model.session),
    connection: observe(model.connection),
    chatList: observe(model.chatList),
    portraitOf: observePortraits(model),
  })
}

export function app(): AppContext {
  return getContext<AppContext>(key)
}
