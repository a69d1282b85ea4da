// SPDX-License-Identifier: AGPL-3.0-or-later

/** Kinds, in the order they are asked about. A video is fetched as it is watched, its still as photos are. */
export const KINDS = ['photos', 'gifs'] as const
/** The dearer one first. */
export const CARRIERS = ['mobile', 'other'] as const
export type Loaded = (typeof KINDS)[number]
export type Carrier = (typeof CARRIERS)[number]

/** What loads by itself, on which kind of network. Nothing does until it is chosen. */
export type DataChoice = Readonly<Record<Loaded, Readonly<Record<Carrier, boolean>>>>

const storageKey = 'zolal.data'
const previewKey = 'zolal.previews'
const none = { mobile: false, other: false }

/** GIFs were named with videos, which this choice never loaded. */
interface Older {
  readonly videos?: DataChoice['gifs']
}

interface Network {
  readonly type?: string
  readonly saveData?: boolean
}

function network(): Network {
  return (navigator as Navigator & { connection?: Network }).connection ?? {}
}

function stored(): DataChoice {
  try {
    const known = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<DataChoice> & Older
    return { photos: { ...none, ...known.photos }, gifs: { ...none, ...(known.gifs ?? known.videos) } }
  } catch {
    return { photos: none, gifs: none }
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

  /** Once, and where nothing was chosen yet: whether to offer that what is seen loads by itself. */
  offer(): boolean {
    if (this.#asked || localStorage.getItem(storageKey) !== null) return false
    this.#asked = true
    return true
  }

  /** The person was offered it: from now on all kinds load on this network, or things stay as they are. */
  answer(yes: boolean): void {
    for (const kind of KINDS) this.change(kind, this.carrier, yes || this.#choice[kind][this.carrier])
  }
}

export const data = new DataState()
