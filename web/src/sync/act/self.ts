// SPDX-License-Identifier: AGPL-3.0-or-later
import { type DeviceActions, type DevicesView, type ProfileActions, Source } from '../../model'
import { Accounts, audiences, call, deviceOf, Sync } from '../../wire'
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

/** The devices of the account. `list` is read when asked for, and again when one comes or goes. */
export class Devices implements DeviceActions {
  readonly list = new Source<DevicesView>({ state: 'loading', devices: [] })
  readonly #asker: Asker

  constructor(asker: Asker) {
    this.#asker = asker
  }

  refresh(): Promise<void> {
    return acting(async () => {
      const { devices } = await call(signedIn(this.#asker).tabs, Accounts.method.devices, {})
      this.list.set({ state: 'ready', devices: devices.map(deviceOf) })
    })
  }

  revoke(device: number): Promise<void> {
    return acting(async () => {
      await call(signedIn(this.#asker).tabs, Accounts.method.revokeDevice, { device })
      await this.refresh()
    })
  }

  revokeOthers(): Promise<void> {
    return this.revoke(0)
  }

  /** A device came or went: a list that is on screen follows. */
  stale(): void {
    if (this.list.get().state === 'ready') void this.refresh().catch(() => {})
  }

  forget(): void {
    this.list.set({ state: 'loading', devices: [] })
  }
}
