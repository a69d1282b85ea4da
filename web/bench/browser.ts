// SPDX-License-Identifier: AGPL-3.0-or-later
import type { CDPSession, Page } from '@playwright/test'

/** What a page has told of its own drawing, from its first script on. */
export interface Drawing {
  /** When the largest thing of the first screens was drawn, and what it was. */
  readonly largest: number
  readonly what: string
  /** The first content. */
  readonly first: number
  /** Begin and length of every task longer than 50 ms. */
  readonly long: readonly (readonly [number, number])[]
  readonly now: number
}

type Watched = typeof globalThis & { benchDrawing?: Drawing }

/** Runs in the page before its own scripts. */
function watch(): void {
  const drawing = { largest: 0, what: '', first: 0, long: [] as [number, number][], now: 0 }
  const hear = (type: string, each: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true })
  hear('paint', ({ name, startTime }) => {
    if (name === 'first-contentful-paint') drawing.first = startTime
  })
  hear('largest-contentful-paint', (entry) => {
    drawing.largest = entry.startTime
    const { element } = entry as PerformanceEntry & { element?: Element }
    drawing.what = element ? `${element.tagName.toLowerCase()}.${element.className}` : ''
  })
  hear('longtask', ({ startTime, duration }) => void drawing.long.push([startTime, duration]))
  Object.defineProperty(drawing, 'now', { get: () => performance.now(), enumerable: true })
  ;(globalThis as Watched).benchDrawing = drawing
}

export async function watchDrawing(page: Page): Promise<void> {
  await page.addInitScript(watch)
}

/** Where a page is quiet for so long after something was drawn, it is taken for ready; milliseconds. */
const QUIET = 5_000

/** Waits until a page has drawn and been quiet, and tells what it did. */
export async function drawn(page: Page): Promise<Drawing> {
  await page.waitForFunction(
    (quiet) => {
      const { benchDrawing: d } = globalThis as Watched
      const [at = 0, length = 0] = d?.long.at(-1) ?? []
      return d !== undefined && d.largest > 0 && performance.now() - Math.max(d.largest, at + length) > quiet
    },
    QUIET,
    { polling: 250 },
  )
  return page.evaluate(() => {
    const { benchDrawing: d } = globalThis as Watched
    if (!d) throw new Error('nobody watches')
    return { ...d, now: d.now }
  })
}

/**
 * From when on a page answers at once, as Lighthouse says it but without its look at requests: the end of the
 * last long task before the first five quiet seconds after the first content.
 */
export function interactiveAt({ first, long }: Drawing): number {
  let at = first
  for (const [begun, length] of long) {
    if (begun + length <= first) continue
    if (begun - at > QUIET) break
    at = begun + length
  }
  return at
}

/** A network as CDP emulates it: bits a second, and milliseconds that each request waits at least. */
export interface Profile {
  readonly down: number
  readonly up: number
  readonly latency: number
  /** How many times slower the CPU is. */
  readonly cpu: number
}

/** Slows a page's network and CPU. Its workers stay as quick as they are: CDP does not reach them here. */
export async function slow(page: Page, { down, up, latency, cpu }: Profile): Promise<CDPSession> {
  const wire = await page.context().newCDPSession(page)
  await wire.send('Network.enable')
  await wire.send('Network.emulateNetworkConditions', {
    offline: false,
    latency,
    downloadThroughput: down / 8,
    uploadThroughput: up / 8,
  })
  await wire.send('Emulation.setCPUThrottlingRate', { rate: cpu })
  return wire
}

export async function slowCpu(page: Page, rate: number): Promise<void> {
  const wire = await page.context().newCDPSession(page)
  await wire.send('Emulation.setCPUThrottlingRate', { rate })
}

/** What a page holds after its garbage was collected: megabytes of JavaScript, and nodes. */
export async function held(page: Page): Promise<{ megabytes: number; nodes: number }> {
  const wire = await page.context().newCDPSession(page)
  // What one collection frees may let go of more.
  for (let i = 0; i < 3; i++) await wire.send('HeapProfiler.collectGarbage')
  const { usedSize } = await wire.send('Runtime.getHeapUsage')
  const { nodes } = await wire.send('Memory.getDOMCounters')
  await wire.detach()
  return { megabytes: usedSize / 1e6, nodes }
}

/** Time goes by in the page: what is measured is what happens meanwhile. */
export const idle = (page: Page, ms: number): Promise<void> => page.waitForTimeout(ms)

/**
 * Clicks on a chat of the list; milliseconds from the event to the end of the frame that shows its messages.
 * A message of another chat does not count: what was there before is marked.
 */
export async function openChat(page: Page, chat: number): Promise<number> {
  const row = page.locator(`a[href="#/c/${chat}"]`)
  await row.waitFor()
  await page.evaluate((id) => {
    const link = document.querySelector<HTMLElement>(`a[href="#/c/${id}"]`)
    document.querySelector<HTMLElement>('.scroller')?.setAttribute('data-before', '')
    const taken = new Promise<number>((resolve) => {
      const begun = ({ timeStamp }: Event) => {
        const look = () => {
          if (!document.querySelector('.scroller:not([data-before]) [data-seq] .content'))
            return void requestAnimationFrame(look)
          // Behind the frame: a message to oneself comes when it has been drawn.
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => resolve(performance.now() - timeStamp)
          port2.postMessage(null)
        }
        requestAnimationFrame(look)
      }
      link?.addEventListener('click', begun, { once: true, capture: true })
    })
    ;(globalThis as { benchTaken?: Promise<number> }).benchTaken = taken
  }, chat)
  await row.click()
  return page.evaluate(() => (globalThis as { benchTaken?: Promise<number> }).benchTaken ?? -1)
}

/** Lengths of the frames that are drawn until `done`, in milliseconds. */
export async function frames(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const all: number[] = []
    let before = 0
    const each = (now: number) => {
      if (before) all.push(now - before)
      before = now
      if (!(globalThis as { benchStop?: boolean }).benchStop) requestAnimationFrame(each)
    }
    Object.assign(globalThis, { benchFrames: all, benchStop: false })
    requestAnimationFrame(each)
  })
  await work()
  return page.evaluate(() => {
    ;(globalThis as { benchStop?: boolean }).benchStop = true
    return (globalThis as { benchFrames?: number[] }).benchFrames ?? []
  })
}
