// SPDX-License-Identifier: AGPL-3.0-or-later
import { defineConfig, devices } from '@playwright/test'

// What a browser prepares for its own window, and for a next page that is never opened. Of two such switches
// the last one counts, so what Playwright itself turns off is here too.
const unneeded = [
  'PreloadTopChromeWebUI',
  'InitialWebUI',
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'WebUIReloadButton',
  'SpareRendererForSitePerProcess',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
]

const browser = {
  channel: undefined,
  launchOptions: {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      `--disable-features=${unneeded.join(',')}`,
      '--use-fake-device-for-media-stream',
    ],
  },
}

// "gallery" draws every screen with an app that lives in memory; "binary" talks to the real server.
export default defineConfig({
  testDir: 'e2e',
  snapshotPathTemplate: 'e2e/reference/{arg}{ext}',
  globalSetup: './e2e/build.ts',
  timeout: 120_000,
  workers: 2,
  forbidOnly: true,
  reporter: [['list']],
  expect: { timeout: 20_000 },
  use: {
    ...browser,
    locale: 'fa-IR',
    timezoneId: 'Asia/Tehran',
    actionTimeout: 20_000,
    screenshot: 'only-on-failure',
  },
  projects: [
    {
      name: 'gallery',
      fullyParallel: true,
      testMatch: 'gallery/*.spec.ts',
      use: { ...devices['Desktop Chrome'], ...browser, viewport: { width: 1440, height: 900 } },
    },
    {
      name: 'binary',
      testMatch: 'binary/*.spec.ts',
      use: { ...devices['Desktop Chrome'], ...browser, viewport: { width: 1440, height: 900 } },
    },
  ],
})
