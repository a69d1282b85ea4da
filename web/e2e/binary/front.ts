// SPDX-License-Identifier: AGPL-3.0-or-later
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server as Web } from 'node:http'
import { connect } from 'node:net'
import { extname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Page } from '@playwright/test'
import { expect } from './fixtures'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
}

/** Stands before the real server and serves the files of one build or another, as an update does. */
export class Front {
  readonly #web: Web
  readonly #behind: URL
  #dist: string
  #policy = ''
  #swallows = false
  /** The files that were asked for since the last `serve`. */
  readonly fetched: string[] = []
  /** It answers every file with a page of its own, as a captive portal does. */
  portal = false
  readonly #sockets = new Set<Duplex>()

  private constructor(behind: string, dist: string) {
    this.#behind = new URL(behind)
    this.#dist = dist
    this.#web = createServer((req, res) => {
      if (this.#swallows) return
      const { pathname } = new URL(req.url ?? '/', 'http://x')
      const file = join(this.#dist, pathname === '/' ? 'index.html' : pathname)
      if (req.method !== 'GET' || !existsSync(file) || !statSync(file).isFile()) {
        req.pipe(
          request({ ...this.#to(req) }, (answer) => {
            res.writeHead(answer.statusCode ?? 502, answer.headers)
            answer.pipe(res)
          }).on('error', () => res.destroy()),
        )
        return
      }
      this.fetched.push(pathname)
      if (this.portal) {
        res.writeHead(200, { 'content-type': types[extname(file)] ?? '', 'cache-control': 'no-store' })
        res.end('<!doctype html><title>Sign in to this network</title>')
        return
      }
      res.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': this.#policy,
        'cache-control': pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      })
      res.end(readFileSync(file))
    })
    this.#web.on('upgrade', (req: IncomingMessage, socket: Duplex) => {
      this.#sockets.add(socket)
      if (this.#swallows) return
      const on = connect(Number(this.#behind.port), this.#behind.hostname, () => {
        const lines = [`${req.method} ${req.url} HTTP/1.1`]
        for (let i = 0; i < req.rawHeaders.length; i += 2)
          lines.push(`${req.rawHeaders[i]}: ${req.rawHeaders[i + 1]}`)
        on.write(`${lines.join('\r\n')}\r\n\r\n`)
        on.pipe(socket).pipe(on)
      })
      on.on('error', () => socket.destroy())
      socket.on('error', () => on.destroy())
    })
  }

  #to(req: IncomingMessage) {
    const { hostname, port } = this.#behind
    return { hostname, port, path: req.url ?? '/', method: req.method ?? 'GET', headers: req.headers }
  }

  static async start(behind: string, dist: string): Promise<Front> {
    const front = new Front(behind, dist)
    await front.learn()
    await new Promise<void>((ready) => front.#web.listen(0, '127.0.0.1', ready))
    return front
  }

  get url(): string {
    const address = this.#web.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return `http://127.0.0.1:${address.port}`
  }

  /** Takes the policy of the server behind it, which may have been started anew. */
  async learn(): Promise<void> {
    this.#policy = (await fetch(this.#behind)).headers.get('content-security-policy') ?? ''
  }

  /** Serves another build from here on. */
  serve(dist: string): void {
    this.#dist = dist
    this.fetched.length = 0
  }

  /** From here on it takes what comes and answers nothing, as a filter does. */
  swallow(): void {
    this.#swallows = true
    this.cut()
  }

  /** Every page has to connect again. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async stop(): Promise<void> {
    this.cut()
    this.#web.closeAllConnections()
    await new Promise((done) => this.#web.close(done))
  }
}

/** The files that a page's worker keeps. */
export const keptOf = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const keys = await (await caches.open('zolal-files')).keys()
    return keys.map(({ url }) => new URL(url).pathname)
  })

/** Neither the worker nor the browser has these files any more. */
export async function forget(page: Page, files: readonly string[]): Promise<void> {
  await page.evaluate(async (paths) => {
    const cache = await caches.open('zolal-files')
    for (const path of paths) await cache.delete(path)
  }, files)
  const wire = await page.context().newCDPSession(page)
  await wire.send('Network.clearBrowserCache')
  await wire.detach()
}

/** Has a page's worker keep the whole app, as after a while on a good network; the names of its files. */
export async function keepAll(page: Page, dist: string): Promise<string[]> {
  const assets = readdirSync(join(dist, 'assets')).filter((name) => /\.(js|css|svg|woff2)$/.test(name))
  await page.evaluate(() => navigator.serviceWorker.controller?.postMessage({ fill: true }))
  const missing = async () => {
    const there = new Set(await keptOf(page))
    return assets.filter((name) => !there.has(`/assets/${name}`))
  }
  await expect.poll(missing, { timeout: 60_000 }).toEqual([])
  return assets
}
