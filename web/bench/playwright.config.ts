// SPDX-License-Identifier: AGPL-3.0-or-later
import { defineConfig } from '@playwright/test'
import e2e from '../playwright.config'

// Benches are no tests: nothing here fails because a machine is slow. One runs after the other.
export default defineConfig({
  testDir: '.',
  testMatch: '*.bench.ts',
  outputDir: '../test-results/bench',
  timeout: 400_000,
  workers: 1,
  forbidOnly: true,
  reporter: [['./table.ts']],
  expect: { timeout: 120_000 },
  use: { ...e2e.use, screenshot: 'off' },
})
