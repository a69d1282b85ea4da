// SPDX-License-Identifier: AGPL-3.0-or-later
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './port'

const run = promisify(execFile)

/** The real server, where it has been built: `make build`, or ZOLAL_BIN names it. */
export const zolal = process.env['ZOLAL_BIN'] ?? resolve(import.meta.dirname, '../../../bin/zolal')
export const built = existsSync(zolal)

/** A running server on a directory of its own. It can be killed and started again at the same address. */
export class Binary {
  readonly dir: string
  /** The secret of the link that makes an operator, as printed at the first start. */
  setup = ''
  address = ''
  readonly #keep: string
  #process: ChildProcess | null = null

  private constructor(keep: string) {
    this.#keep = keep
    this.dir = join(keep, 'data')
  }

  static async start(): Promise<Binary> {
    const binary = new Binary(await mkdtemp(join(tmpdir(), 'zolal-test-')))
    await binary.up()
    return binary
  }

  async up(): Promise<void> {
    const listen = this.address ? new URL(this.address).host : `127.0.0.1:${await freePort()}`
    const args = [
      'serve',
      '--data',
      this.dir,
      '--listen',
      listen,
      '--backup-keep',
      '0',
      '--limits-requests',
      '0',
    ]
    const child = spawn(zolal, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = child
    let said = ''
    await new Promise<void>((done, fail) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk
        const address = /serves (http:\S+)/.exec(said)?.[1]
        const wanted = !/no operator/.test(said) || /#setup=/.test(said)
        if (!address || !wanted) return
        this.address = address
        this.setup = /#setup=(\S+)/.exec(said)?.[1] ?? this.setup
        // The lines about the operator follow the address in the same breath.
        setTimeout(done, 50)
      })
      let trouble = ''
      child.stderr?.on('data', (chunk: Buffer) => {
        trouble += chunk
      })
      child.on('exit', (code) => fail(new Error(`the server ended with ${code}: ${said}${trouble}`)))
    })
  }

  /** Ends the process at once, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = null
    if (!child || child.exitCode !== null) return
    child.removeAllListeners('exit')
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGKILL')
    await ended
  }

  async backup(): Promise<string> {
    const out = join(this.#keep, 'backup.tar.zst')
    await rm(out, { force: true })
    await run(zolal, ['backup', out, '--data', this.dir])
    return out
  }

  /** Puts a backup in place of what is there; the server is down before and up after. */
  async restore(from: string): Promise<void> {
    await this.kill()
    await run(zolal, ['restore', from, '--data', this.dir, '--force'])
    await this.up()
  }

  async end(): Promise<void> {
    await this.kill()
    await rm(this.#keep, { recursive: true, force: true })
  }
}
