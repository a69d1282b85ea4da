// SPDX-License-Identifier: AGPL-3.0-or-later

/** What a browser offers that can install the app. boot.js keeps it, since it comes before all else. */
interface InstallOffer extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>
}

declare global {
  interface Window {
    zolalInstall?: InstallOffer | undefined
  }
  interface Navigator {
    readonly standalone?: boolean
  }
}

/** Whether this is an iPhone or an iPad; the latter says that it is a Mac. */
export function isApple(): boolean {
  const { userAgent, maxTouchPoints, vendor } = navigator
  return /Apple/.test(vendor) && (/iPhone|iPad|iPod/.test(userAgent) || maxTouchPoints > 1)
}

/** How the app can be installed here. */
class Installing {
  #state = $state<'installed' | 'offered' | 'apple' | 'menu'>('menu')

  get now() {
    return this.#state
  }

  look(): void {
    if (matchMedia('(display-mode: standalone)').matches || navigator.standalone) this.#state = 'installed'
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
