// SPDX-License-Identifier: AGPL-3.0-or-later
import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { hoverFence } from './hover.ts'

// The gallery shows every screen with an app that lives in memory. It is for looking and for tests in the
// browser; it is never part of the production bundle.
export default defineConfig({
  root: resolve(import.meta.dirname, 'gallery'),
  publicDir: resolve(import.meta.dirname, 'public'),
  plugins: [svelte({ configFile: resolve(import.meta.dirname, 'svelte.config.js') })],
  css: { postcss: { plugins: [hoverFence()] } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    outDir: resolve(import.meta.dirname, 'dist-gallery'),
    emptyOutDir: true,
  },
})
