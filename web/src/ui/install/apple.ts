// SPDX-License-Identifier: AGPL-3.0-or-later

declare global {
  interface Navigator {
    readonly standalone?: boolean
  }
}

/** Whether this is an iPhone or an iPad; the latter says that it is a Mac. */
export function isApple(): boolean {
  const { userAgent, maxTouchPoints, vendor } = navigator
  return /Apple/.test(vendor) && (/iPhone|iPad|iPod/.test(userAgent) || maxTouchPoints > 1)
}

export const isInstalled = () =>
  matchMedia('(display-mode: standalone)').matches || navigator.standalone === true

const TOLD = 'zolal:told'

/** Nothing more is to be said about installing: the app may keep things in this browser. */
export const tell = () => dispatchEvent(new Event(TOLD))

/** Until somebody was told about installing. */
export const told = () => new Promise((done) => addEventListener(TOLD, done, { once: true }))
