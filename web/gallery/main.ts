// SPDX-License-Identifier: AGPL-3.0-or-later
import { mount } from 'svelte'
import App from '../src/ui/App.svelte'
import { MemoryModel } from './memory/model'

/** ?as=signedIn|signedOut|needsSetup|empty|emptyOperator|loading|offline|interfering|invited|pictures */
const as = new URLSearchParams(location.search).get('as') ?? 'signedIn'
const entrance = as === 'signedOut' || as === 'needsSetup' ? as : 'signedIn'
const model = new MemoryModel(entrance, as.startsWith('empty'), as !== 'empty')
if (as === 'loading') model.loading(true)
if (as === 'offline') model.connection.set({ state: 'offline', outbox: 2 })
if (as === 'interfering') model.connection.set({ state: 'interfering', outbox: 1 })
if (as === 'connecting') model.connection.set({ state: 'connecting', outbox: 0 })
if (as === 'invited') model.invite()
if (as === 'pictures') await model.picture()
Object.assign(window, { gallery: model })

const target = document.getElementById('app')
if (target) mount(App, { target, props: { model } })
