// SPDX-License-Identifier: AGPL-3.0-or-later
import { cpus, loadavg, platform, release } from 'node:os'
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'
import { type Figure, KIND, row } from './figure'

/** Prints what the benches found as one table, and each bench as it ends. */
export default class Table implements Reporter {
  readonly #figures: Figure[] = []
  #failed = 0

  printsToStdio(): boolean {
    return true
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    const seconds = Math.round(result.duration / 1000)
    process.stderr.write(
      `${result.status === 'passed' ? 'done' : result.status}  ${test.title} (${seconds} s)\n`,
    )
    for (const { message, stack } of result.errors) process.stderr.write(`${stack ?? message ?? ''}\n`)
    if (result.status !== 'passed') this.#failed++
    for (const { type, description } of result.annotations)
      if (type === KIND && description) this.#figures.push(JSON.parse(description) as Figure)
  }

  onEnd(): void {
    const rows = [['', 'median', 'least–most', 'runs', 'floor'], ...this.#figures.map(row)]
    const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0)))
    for (const cells of rows)
      process.stdout.write(
        `${cells
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
      )
    const [minute = 0] = loadavg()
    const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${platform()} ${release()}`
    process.stdout.write(`\n${machine}; load of the last minute ${minute.toFixed(1)}\n`)
    if (this.#failed > 0)
      process.stdout.write(`${this.#failed} of the benches failed: their figures are missing\n`)
  }
}
