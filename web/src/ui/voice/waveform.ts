// SPDX-License-Identifier: AGPL-3.0-or-later

/** Levels that a voice message carries, at most; the server refuses more. */
export const MOST_LEVELS = 100
/** What counts as silence, in parts of full loudness: below it nothing is drawn louder by scaling. */
const QUIET = 0.02

/** The loudness of a stretch of sound, 0–1. */
export function loudness(samples: ArrayLike<number>, from = 0, to = samples.length): number {
  let sum = 0
  for (let i = from; i < to; i++) {
    const sample = samples[i] ?? 0
    sum += sample * sample
  }
  return to > from ? Math.sqrt(sum / (to - from)) : 0
}

/** The loudness of equal stretches of a recording. */
export function loudnesses(samples: ArrayLike<number>, count: number): number[] {
  const many = Math.min(count, samples.length)
  return Array.from({ length: many }, (_, i) =>
    loudness(samples, Math.floor((i * samples.length) / many), Math.floor(((i + 1) * samples.length) / many)),
  )
}

/** So many levels of a list, each the loudest of its stretch; short lists stay as they are. */
export function gathered(levels: readonly number[], count: number): number[] {
  if (levels.length <= count) return [...levels]
  return Array.from({ length: count }, (_, i) =>
    Math.max(
      ...levels.slice(
        Math.floor((i * levels.length) / count),
        Math.max(Math.floor((i * levels.length) / count) + 1, Math.floor(((i + 1) * levels.length) / count)),
      ),
    ),
  )
}

/** Levels as they are sent: at most MOST_LEVELS, 0–255, the loudest of them full. */
export function toLevels(loud: readonly number[]): number[] {
  const levels = gathered(loud, MOST_LEVELS)
  const most = Math.max(QUIET, ...levels)
  // The ear hears steps of proportion: the root lets quiet speech be seen beside loud.
  return levels.map((level) => Math.round(255 * Math.sqrt(Math.min(1, level / most))))
}

/** Heights of `count` bars, 0–1, of levels 0–255; without levels, low bars all along. */
export function bars(levels: readonly number[], count: number): number[] {
  if (levels.length === 0) return Array.from({ length: count }, () => 0)
  const fewer = gathered(levels, count)
  return Array.from({ length: count }, (_, i) => {
    const level = fewer[Math.floor((i * fewer.length) / count)] ?? 0
    return Math.min(1, Math.max(0, level / 255))
  })
}
