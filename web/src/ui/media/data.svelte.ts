// SPDX-License-Identifier: AGPL-3.0-or-later

export type Loaded = 'photos' | 'videos'
export type Carrier = 'mobile' | 'other'

/** What loads by itself, on which kind of network. Nothing does until it is chosen. */
export type DataChoice = Readonly<Record<Loaded, Readonly<Record<Carrier, boolean>>>>

const storageKey = 'zolal.data'
const previewKey = 'zolal.previews'
const none = { mobile: false, other: false }

interface Network {
  readonly type?: string
  readonly saveData?: boolean
}

function network(): Network {
  return (navigator as Navigator & { connection?: Network }).connection ?? {}
}

function stored(): DataChoice {
  try {
    const known = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<DataChoice>
    return { photos: { ...none, ...known.photos }, videos: { ...none, ...known.videos } }
  } catch {
    return { photos: none, videos: none }
  }
}

function shownBefore(): boolean {
  try {
    return localStorage.getItem(previewKey) !== 'off'
  } catch {
    return true
  }
}

class DataState {
  #choice = $state.raw(stored())
  #previews = $state(shownBefore())
  #asked = false

  get now(): DataChoice {
    return this.#choice
  }

  change(what: Loaded, where: Carrier, on: boolean): void {
    this.#choice = { ...this.#choice, [what]: { ...this.#choice[what], [where]: on } }
    try {
      localStorage.setItem(storageKey, JSON.stringify(this.#choice))
    } catch {
      // Storage may be full or forbidden; the choice then lasts until the page is closed.
    }
  }

  /** Whether links of one's own messages show what they lead to. */
  get previews(): boolean {
    return this.#previews
  }

  showPreviews(on: boolean): void {
    this.#previews = on
    try {
      localStorage.setItem(previewKey, on ? 'on' : 'off')
    } catch {
      // As above.
    }
  }

  /** The kind of network the device is on, as well as browsers tell. */
  get carrier(): Carrier {
    return network().type === 'cellular' ? 'mobile' : 'other'
  }

  /** Whether something may load before it is asked for. */
  may(what: Loaded): boolean {
    return network().saveData !== true && this.#choice[what][this.carrier]
  }

  /** Once, and where nothing was chosen yet: whether to offer that photos load by themselves. */
  offer(): boolean {
    if (this.#asked || localStorage.getItem(storageKey) !== null) return false
    this.#asked = true
    return true
  }

  /** The person was asked and wants it as it is. */
  settle(): void {
    this.change('photos', this.carrier, this.#choice.photos[this.carrier])
  }
}

export const data = new DataState()
