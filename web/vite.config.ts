// SPDX-License-Identifier: AGPL-3.0-or-later
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { compress } from './compress.ts'
import { hoverFence } from './hover.ts'
import { integrity } from './integrity.ts'
import { parts } from './parts.ts'
import { serviceWorker } from './worker.ts'

/** What the form and the list share. */
const BASE = /ui\/base\/(Button|Icon|IconButton)\.svelte|icons\/(arrow-left|eye)\.mjs$/

// The page is served with a strict content security policy: nothing is inlined, neither scripts
// (the preload polyfill) nor assets as data addresses.
export default defineConfig({
  plugins: [svelte(), parts(), integrity(), serviceWorker(), compress()],
  css: { postcss: { plugins: [hoverFence()] } },
  base: '/',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // Which scripts and styles come with a later screen no script says: such lists would be 4 % of what
    // everybody loads first. The table of files does (marks.ts); boot.js knows what the first ones need.
    modulePreload: { polyfill: false, resolveDependencies: () => [] },
    // dist/.gitkeep keeps the Go build whole without a web build; public/ carries a copy.
    emptyOutDir: true,
    manifest: true,
    // What is drawn first is one file for each of its parts, whatever the screens that come later share with
    // them: the entry, the app behind the screens, the list, a chat, the form.
    // The first file names all others: what tells contents apart is as short as is safe beside a name.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', test: /\/index\.html$/, priority: 4 },
            { name: 'base', test: BASE, priority: 3.5 },
            { name: 'model', test: /\/src\/sync\/index\.ts$/, priority: 3 },
            { name: 'shell', test: /\/ui\/Shell\.svelte$/, priority: 2 },
            { name: 'auth', test: /\/ui\/auth\/Auth\.svelte$/, priority: 0 },
            { name: 'chat', test: /\/ui\/chat\/ChatPane\.svelte$/, priority: 1 },
          ],
        },
        assetFileNames: 'assets/[name]-[hash:6][extname]',
      },
    },
  },
  server: {
    proxy: { '/api': { target: process.env['ZOLAL_SERVER'] ?? 'http://127.0.0.1:8080', ws: true } },
  },
  test: { include: ['test/**/*.test.ts', 'src/**/*.test.ts'], environment: 'node' },
})
