// SPDX-License-Identifier: AGPL-3.0-or-later
import { mount } from 'svelte'
import { startApp } from './sync'
import App from './ui/App.svelte'

const target = document.getElementById('app')
if (target) mount(App, { target, props: { model: startApp() } })
