// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel } from '../model'
import { App } from './app'
import { browserEnv } from './browser'

/** Starts the app in this browser; it reads the stored session by itself. */
export function startApp(): AppModel {
  return new App(browserEnv(import.meta.env['VITE_VERSION'] ?? 'dev', import.meta.env['VITE_BUILD'] ?? ''))
}
