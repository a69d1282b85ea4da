// SPDX-License-Identifier: AGPL-3.0-or-later
import { mount } from 'svelte'
import { startApp } from './sync'
import App from './ui/App.svelte'

const target = document.getElementById('app')
// Not in development, where files have no lasting names.
if (import.meta.env.PROD)
  addEventListener('load', () => void navigator.serviceWorker?.register('/worker.js').catch(() => {}))
if (target) mount(App, { target, props: { model: startApp() } })
