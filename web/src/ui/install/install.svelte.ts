// SPDX-License-Identifier: AGPL-3.0-or-later
import { isApple, isInstalled } from './apple'

/** What a browser offers that can install the app. boot.js keeps it, since it comes before all else. */
interface InstallOffer extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>
}

declare global {
  interface Window {
    zolalInstall?: InstallOffer | undefined
  }
}

/** How the app can be installed here. */
class Installing {
  #state = $state<'installed' | 'offered' | 'apple' | 'menu'>('menu')

  get now() {
    return this.#state
  }

  look(): void {
    if (isInstalled()) this.#state = 'installed'
    else if (window.zolalInstall) this.#state = 'offered'
    else this.#state = isApple() ? 'apple' : 'menu'
  }

  async install(): Promise<void> {
    const offer = window.zolalInstall
    window.zolalInstall = undefined // it is good once
    if (offer && (await offer.prompt()).outcome === 'accepted') this.#state = 'installed'
    else this.look()
  }
}

export const installing = new Installing()
