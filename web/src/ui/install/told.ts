// SPDX-License-Identifier: AGPL-3.0-or-later

const TOLD = 'zolal:told'

/** Nothing more is to be said about installing: the app may keep things in this browser. */
export const tell = () => dispatchEvent(new Event(TOLD))

/** Until that is so. */
export const told = () => new Promise((done) => addEventListener(TOLD, done, { once: true }))
