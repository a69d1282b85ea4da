// SPDX-License-Identifier: AGPL-3.0-or-later
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Page } from '@playwright/test'
import { expect, type Server } from './fixtures'

const root = resolve(import.meta.dirname, '../../..')
const binary = join(root, 'bin/e2e-provider')

/** Builds the provider; for beforeAll. */
export function buildProvider(): void {
  execFileSync('go', ['build', '-o', binary, './web/e2e/provider'], { cwd: root })
}

/** A real provider of OpenID Connect, in a process of its own. */
export class Provider {
  readonly #process: ChildProcess
  readonly #lines: Interface
  issuer = ''

  private constructor(process: ChildProcess, lines: Interface) {
    this.#process = process
    this.#lines = lines
  }

  /** Starts it; everybody there is in the groups. */
  static async start(...groups: readonly string[]): Promise<Provider> {
    const child = spawn(binary, groups, { stdio: ['pipe', 'pipe', 'inherit'] })
    const provider = new Provider(child, createInterface({ input: child.stdout }))
    ;[provider.issuer] = (await once(provider.#lines, 'line')) as [string]
    return provider
  }

  /** Restarts a server so that this provider signs its people in. */
  async serves(server: Server, ...more: readonly string[]): Promise<void> {
    const secret = join(server.home, 'oidc-secret')
    writeFileSync(secret, 'hush\n', { mode: 0o600 })
    const known = once(this.#lines, 'line')
    this.#process.stdin?.write(`zolal hush ${server.url}/oidc/callback\n`)
    await known
    await server.stop()
    const oidc = {
      issuer: this.issuer,
      client_id: 'zolal',
      client_secret_file: secret,
      name: 'دانشگاه نمونه',
    }
    const flags = Object.entries(oidc).flatMap(([k, v]) => [`--oidc-${k.replaceAll('_', '-')}`, v])
    await server.start(...flags, ...more)
  }

  async stop(): Promise<void> {
    const gone = once(this.#process, 'exit')
    this.#process.stdin?.end()
    await gone
  }
}

/** Fills the provider's own form. */
export async function atProvider(page: Page, password = 'verysecure'): Promise<void> {
  await expect(page).toHaveURL(/\/login\/username/)
  await page.locator('#username').fill('test-user@localhost')
  await page.locator('#password').fill(password)
  await page.getByRole('button', { name: 'Login' }).click()
}
