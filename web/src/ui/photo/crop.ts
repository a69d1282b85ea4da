// SPDX-License-Identifier: AGPL-3.0-or-later

/** How a picture lies under the square that is cut out of it: all in units of the square's side. */
export interface Cut {
  /** 1: its shorter side is as long as the square's. */
  readonly scale: number
  /** From the middle of the square to that of the picture. */
  readonly x: number
  readonly y: number
  /** Quarter turns to the right. */
  readonly turns: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export const WHOLE: Cut = { scale: 1, x: 0, y: 0, turns: 0 }
const MOST = 8
/** So many pixels are left at least, where there are so many. */
const LEFT = 160

/** The largest scale of a picture. */
export function mostOf({ width, height }: Size): number {
  return Math.min(MOST, Math.max(1, Math.min(width, height) / LEFT))
}

/** How long the sides of the picture are as it lies, in sides of the square. */
export function sides({ width, height }: Size, { scale, turns }: Cut): Size {
  const short = Math.min(width, height)
  const [w, h] = turns % 2 === 0 ? [width, height] : [height, width]
  return { width: (w / short) * scale, height: (h / short) * scale }
}

/** The same within bounds: nothing but picture is in the square. */
export function bounded(picture: Size, cut: Cut): Cut {
  const scale = Math.min(mostOf(picture), Math.max(1, cut.scale))
  const { width, height } = sides(picture, { ...cut, scale })
  const within = (value: number, long: number) => {
    const far = (long - 1) / 2
    return Math.min(far, Math.max(-far, value))
  }
  return { turns: cut.turns, scale, x: within(cut.x, width), y: within(cut.y, height) }
}

export function moved(picture: Size, cut: Cut, by: { readonly x: number; readonly y: number }): Cut {
  return bounded(picture, { ...cut, x: cut.x + by.x, y: cut.y + by.y })
}

/** Zooms with a point of the square, from its middle, staying where it is. */
export function zoomed(
  picture: Size,
  cut: Cut,
  to: { readonly scale: number; readonly x?: number; readonly y?: number },
): Cut {
  const scale = Math.min(mostOf(picture), Math.max(1, to.scale))
  const by = scale / cut.scale
  const { x = 0, y = 0 } = to
  return bounded(picture, { ...cut, scale, x: x - (x - cut.x) * by, y: y - (y - cut.y) * by })
}

/** Turns a quarter to the right around the middle of the square. */
export function turned(picture: Size, cut: Cut): Cut {
  return bounded(picture, { ...cut, turns: (cut.turns + 1) % 4, x: -cut.y + 0, y: cut.x })
}

/** How long the square is in pixels of the picture, so that nothing is blown up. */
export function pixelsOf({ width, height }: Size, { scale }: Cut): number {
  return Math.round(Math.min(width, height) / scale)
}
