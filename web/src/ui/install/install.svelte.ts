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

const storageKey = 'zolal.install'
/** Nobody is asked before they have had the app for so long; milliseconds. */
const ASK_AFTER = 3_600_000

/** How the app can be installed here. */
class Installing {
  #state = $state<'installed' | 'offered' | 'apple' | 'menu'>('menu')
  #asking = $state(false)

  constructor() {
    this.look()
    // Some browsers tell it long after the page was opened. boot.js has kept it by then.
    addEventListener('beforeinstallprompt', () => this.look())
    addEventListener('appinstalled', () => {
      this.#state = 'installed'
      this.settle()
    })
  }

  /** It is offered by itself: once, an hour after the first start, where the browser can do it. */
  get asking() {
    return this.#asking && this.#state === 'offered'
  }

  /** Whoever was asked is not asked again. */
  settle(): void {
    this.#asking = false
    this.#note('asked')
  }

  /** Somebody has the app from here on: the hour begins. */
  begin(): void {
    try {
      const known = localStorage.getItem(storageKey)
      if (known === 'asked') return
      if (known === null) this.#note(String(Date.now()))
      const left = Number(known ?? Date.now()) + ASK_AFTER - Date.now()
      setTimeout(() => (this.#asking = localStorage.getItem(storageKey) !== 'asked'), Math.max(0, left))
    } catch {
      // Storage may be forbidden: whoever wants it finds it in the settings.
    }
  }

  #note(what: string): void {
    try {
      localStorage.setItem(storageKey, what)
    } catch {
      // As above.
    }
  }

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
    this.settle()
    if (offer && (await offer.prompt()).outcome === 'accepted') this.#state = 'installed'
    else this.look()
  }
}

export const installing = new Installing()
