// SPDX-License-Identifier: AGPL-3.0-or-later
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { compress } from './compress'
import { integrity } from './integrity'
import { serviceWorker } from './worker'

// The page is served with a strict content security policy: nothing is inlined, neither scripts
// (the preload polyfill) nor assets as data addresses.
export default defineConfig({
  plugins: [svelte(), integrity(), serviceWorker(), compress()],
  base: '/',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // dist/.gitkeep keeps the Go build whole without a web build; public/ carries a copy.
    emptyOutDir: true,
    manifest: true,
    // What the first draw needs is one file, whatever the screens that come later share with it.
    // The first file names all others: what tells contents apart is as short as is safe beside a name.
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'first', test: /\/index\.html$/ }] },
        assetFileNames: 'assets/[name]-[hash:6][extname]',
      },
    },
  },
  server: {
    proxy: { '/api': { target: process.env['ZOLAL_SERVER'] ?? 'http://127.0.0.1:8080', ws: true } },
  },
  test: { include: ['test/**/*.test.ts', 'src/**/*.test.ts'], environment: 'node' },
})
