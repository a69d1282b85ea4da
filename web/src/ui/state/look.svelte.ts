// SPDX-License-Identifier: AGPL-3.0-or-later

/** How a person likes the app to look. Kept on this device; public/boot.js reads it before first paint. */
export interface Look {
  readonly theme: 'system' | 'light' | 'dark'
  readonly language: string
  /** Of that language; told before its words are here. */
  readonly direction?: 'rtl' | 'ltr'
  /** 1 (13 px) to 5 (21 px). */
  readonly size: number
  readonly digits: 'language' | 'latin' | 'persian'
  readonly calendar: 'language' | 'jalali' | 'gregorian'
  readonly wallpaper: boolean
  /** Rows of the list are closer together. */
  readonly dense: boolean
  /** Nothing moves, whatever the device says. */
  readonly still: boolean
  /** Width of the list on wide screens, in pixels. */
  readonly listWidth: number
}

const storageKey = 'zolal.look'

function stored(): Look {
  const fallback: Look = {
    theme: 'system',
    language: /^ps\b/.test(navigator.language) ? 'fa' : navigator.language.replace(/-.*/, ''),
    size: 2,
    digits: 'language',
    calendar: 'language',
    wallpaper: true,
    dense: false,
    still: false,
    listWidth: 360,
  }
  try {
    return { ...fallback, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Look>) }
  } catch {
    return fallback
  }
}

class LookState {
  #look = $state.raw(stored())
  #dark = matchMedia('(prefers-color-scheme: dark)')
  #calm = matchMedia('(prefers-reduced-motion: reduce)')

  constructor() {
    this.#dark.addEventListener('change', () => this.#apply())
    this.#apply()
  }

  get now(): Look {
    return this.#look
  }

  /** Nothing is to move: so the person or the device wishes. */
  get still(): boolean {
    return this.#look.still || this.#calm.matches
  }

  change(part: Partial<Look>): void {
    this.#look = { ...this.#look, ...part }
    try {
      localStorage.setItem(storageKey, JSON.stringify(this.#look))
    } catch {
      // Storage may be full or forbidden; the choice then lasts until the page is closed.
    }
    this.#apply()
  }

  #apply(): void {
    const root = document.documentElement
    const { theme, size, digits, language, still } = this.#look
    root.dataset['theme'] = theme === 'system' ? (this.#dark.matches ? 'dark' : 'light') : theme
    root.dataset['size'] = String(size)
    root.dataset['motion'] = still ? 'off' : 'on'
    const persian = digits === 'persian' || (digits === 'language' && language === 'fa')
    root.dataset['digits'] = persian ? 'persian' : 'latin'
    const bar = getComputedStyle(root).getPropertyValue('--surface').trim()
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', bar)
  }
}

export const look = new LookState()
