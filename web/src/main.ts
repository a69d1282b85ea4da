// SPDX-License-Identifier: AGPL-3.0-or-later
import { mount } from 'svelte'
import type { SessionView } from './model'
import { arriving } from './sync/arriving'
import App from './ui/App.svelte'
import { told } from './ui/install/told'
import { fetched } from './ui/state/fetched'

declare global {
  interface Window {
    /** Whether somebody may be signed in here: asked by boot.js while the entry is on its way. */
    zolalKnown?: Promise<boolean>
  }
}

const NEWCOMER: SessionView = { kind: 'signedOut', reason: null, server: null }

const target = document.getElementById('app')
if (target) {
  const known = (await window.zolalKnown) ?? true
  // The form says when: on iOS the store stays empty until it was said that an installed app has its own.
  const first = known ? null : told()
  const coming = fetched(() => import('./sync')).then(async ({ startApp }) => {
    await first
    return startApp(() => !document.hidden)
  })
  mount(App, { target, props: { model: arriving(coming, known ? { kind: 'starting' } : NEWCOMER) } })
  // What the worker fetches must not hold up what is drawn first. Not in development, where files have no
  // lasting names.
  if (import.meta.env.PROD)
    void coming.then(() => navigator.serviceWorker?.register('/worker.js').catch(() => {}))
}
