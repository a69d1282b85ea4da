// SPDX-License-Identifier: AGPL-3.0-or-later
import { mount } from 'svelte'
import type { AppModel } from './model'
import App from './ui/App.svelte'

const found = import.meta.glob<{ startApp(): AppModel }>('./sync/index.ts', { eager: true })
const target = document.getElementById('app')
for (const sync of Object.values(found)) {
  if (target) mount(App, { target, props: { model: sync.startApp() } })
}
