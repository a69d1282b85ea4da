// SPDX-License-Identifier: AGPL-3.0-or-later
import { type DeviceActions, type DevicesView, Source } from '../../model'
import { Accounts, call, deviceOf } from '../../wire'
import { type Asker, acting, signedIn } from './asking'

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
