// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ProfileActions } from '../../model'
import { audiences, call, Sync } from '../../wire'
import { type Asker, acting, signedIn } from './asking'

/** One's own profile and privacy. */
export function profileActions(asker: Asker): ProfileActions {
  return {
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
