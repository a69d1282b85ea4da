// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ErrorCode, ProfileActions } from '../../model'
import { Accounts, audiences, call, Sync } from '../../wire'
import { type Asker, acting, signedIn } from './asking'

/** One's own profile and privacy. */
export function profileActions(asker: Asker): ProfileActions {
  return {
    checkName: (username, whose) =>
      acting(async () => {
        const chat = typeof whose === 'object' ? whose.chat : 0
        const ask = { username, chat, newChat: whose === 'new' }
        const { free, code } = await call(signedIn(asker).tabs, Accounts.method.checkUsername, ask)
        return free ? null : ((code || 'NAME_INVALID') as ErrorCode)
      }),
    set: (profile) =>
      acting(async () => {
        const account = signedIn(asker)
        const { name, username, about } = profile
        const key = account.keys.make()
        await call(account.tabs, Sync.method.setProfile, { key, profile: { name, username, about } })
        // The log says it too, in a moment; what the person typed is on screen at once.
        await account.db.write(async (w) => {
          const user = await w.value('user')
          if (user) await w.putValue('user', { ...user, profile: { name, username, about } })
        })
      }),
    setPrivacy: (privacy) =>
      acting(async () => {
        const account = signedIn(asker)
        const photo = audiences.indexOf(privacy.photoFor)
        const key = account.keys.make()
        await call(account.tabs, Sync.method.setPrivacy, { key, privacy: { ...privacy, photo } })
        await account.db.write(async (w) => {
          const user = await w.value('user')
          if (user) await w.putValue('user', { ...user, privacy })
        })
      }),
  }
}
