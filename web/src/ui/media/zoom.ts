// SPDX-License-Identifier: AGPL-3.0-or-later

/** How a picture lies in the viewer: its scale, and how far its middle is from the screen's, in pixels. */
export interface Lie {
  readonly scale: number
  readonly x: number
  readonly y: number
}

export const FLAT: Lie = { scale: 1, x: 0, y: 0 }
export const MOST = 8

/** The same picture at another scale, with the point (from the middle of the screen) staying where it is. */
export function zoomed(lie: Lie, scale: number, point: { readonly x: number; readonly y: number }): Lie {
  const next = Math.min(MOST, Math.max(1, scale))
  if (next === 1) return FLAT
  const by = next / lie.scale
  return { scale: next, x: point.x - (point.x - lie.x) * by, y: point.y - (point.y - lie.y) * by }
}

interface Size {
  readonly width: number
  readonly height: number
}

/** Kept so that no edge of it comes further in than the screen's, or than where it lies by itself. */
export function kept(lie: Lie, picture: Size, screen: Size): Lie {
  const within = (value: number, size: number, room: number) => {
    const most = (size * lie.scale - room) / 2
    return most > 0 ? Math.min(most, Math.max(-most, value)) : 0
  }
  return {
    scale: lie.scale,
    x: within(lie.x, picture.width, screen.width),
    y: within(lie.y, picture.height, screen.height),
  }
}
