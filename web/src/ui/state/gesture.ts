// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Attachment } from 'svelte/attachments'
import { look } from './look.svelte'

/** Pulls a pane away from the edge it came over, under the finger; `back` when it was pulled far enough. */
export function edgeSwipe(back: () => void): Attachment<HTMLElement> {
  return (pane) => {
    let start: { x: number; y: number; at: number } | null = null
    let pulled = 0

    const side = () => (document.documentElement.dir === 'rtl' ? -1 : 1)
    const down = (event: TouchEvent) => {
      const touch = event.touches[0]
      if (!touch || event.touches.length > 1 || innerWidth >= 720) return
      const fromEdge = side() > 0 ? touch.clientX : innerWidth - touch.clientX
      if (fromEdge < 28) start = { x: touch.clientX, y: touch.clientY, at: event.timeStamp }
    }
    const move = (event: TouchEvent) => {
      const touch = event.touches[0]
      if (!start || !touch) return
      const along = (touch.clientX - start.x) * side()
      if (pulled === 0 && Math.abs(touch.clientY - start.y) > Math.abs(along)) {
        start = null
        return
      }
      event.preventDefault()
      pulled = Math.max(1, along)
      pane.classList.add('pulling')
      pane.style.setProperty('--pulled', `${pulled * side()}px`)
    }
    const up = (event: TouchEvent) => {
      if (!start) return
      const speed = pulled / Math.max(1, event.timeStamp - start.at)
      pane.classList.remove('pulling')
      pane.style.removeProperty('--pulled')
      if (pulled > innerWidth * 0.35 || (speed > 0.5 && pulled > 40)) back()
      start = null
      pulled = 0
    }
    pane.addEventListener('touchstart', down, { passive: true })
    pane.addEventListener('touchmove', move, { passive: false })
    pane.addEventListener('touchend', up)
    pane.addEventListener('touchcancel', up)
    return () => {
      pane.removeEventListener('touchstart', down)
      pane.removeEventListener('touchmove', move)
      pane.removeEventListener('touchend', up)
      pane.removeEventListener('touchcancel', up)
    }
  }
}

/** How far a row is pulled for its act, and how far it follows the finger at most. */
const FAR = 56
const FARTHEST = 80

/** Where a row is pulled: to where reading begins, or to where it goes. */
export type PullSide = 'start' | 'end'

/**
 * Pulls a row to a side, under the finger; what `act` has for that side is done when it was pulled far enough
 * and let go. Without motion the row stays where it is and only its mark shows.
 */
export function pullToAct(act: (side: PullSide) => (() => void) | null): Attachment<HTMLElement> {
  return (row) => {
    let start: { x: number; y: number } | null = null
    let doing: { act: () => void; side: number; name: PullSide } | null = null
    let pulled = 0

    const startSide = () => (document.documentElement.dir === 'rtl' ? 1 : -1)
    /** The first move that tells a direction decides whose gesture it is, and for what. */
    const decide = (dx: number, dy: number) => {
      if (Math.abs(dx) < 2 * Math.abs(dy)) return null
      const name: PullSide = Math.sign(dx) === startSide() ? 'start' : 'end'
      const found = act(name)
      return found && { act: found, side: Math.sign(dx), name }
    }
    const down = (event: TouchEvent) => {
      const touch = event.touches[0]
      // What moves sideways itself, as code and the place in a recording do, keeps its own gesture.
      const own = event.target instanceof Element && event.target.closest('pre, [role=slider]')
      start = touch && event.touches.length === 1 && !own ? { x: touch.clientX, y: touch.clientY } : null
    }
    const move = (event: TouchEvent) => {
      const touch = event.touches[0]
      if (!start || !touch) return
      const [dx, dy] = [touch.clientX - start.x, touch.clientY - start.y]
      if (!doing && Math.hypot(dx, dy) < 8) return
      doing ??= decide(dx, dy)
      if (!doing) {
        start = null
        return
      }
      const along = dx * doing.side
      if (event.cancelable) event.preventDefault()
      const before = pulled
      pulled = Math.max(1, Math.min(FARTHEST, along))
      if (before < FAR && pulled >= FAR) navigator.vibrate?.(8)
      show()
    }
    const show = () => {
      const { still } = look
      row.classList.toggle('pulling', pulled > 0)
      row.classList.toggle('far', pulled >= FAR)
      row.dataset['pull'] = doing?.name ?? ''
      row.style.setProperty('--pulled', `${still ? 0 : pulled * (doing?.side ?? 0)}px`)
      if (pulled === 0) row.style.removeProperty('--pulled')
    }
    const up = (event: TouchEvent) => {
      if (event.type === 'touchend' && pulled >= FAR) doing?.act()
      start = null
      doing = null
      pulled = 0
      show()
    }
    row.addEventListener('touchstart', down, { passive: true })
    row.addEventListener('touchmove', move, { passive: false })
    row.addEventListener('touchend', up)
    row.addEventListener('touchcancel', up)
    return () => {
      row.removeEventListener('touchstart', down)
      row.removeEventListener('touchmove', move)
      row.removeEventListener('touchend', up)
      row.removeEventListener('touchcancel', up)
    }
  }
}

/** Two quick taps of a finger on one spot, but not on what answers to a tap itself. */
export function doubleTap(tapped: () => void): Attachment<HTMLElement> {
  return (node) => {
    let last = { x: 0, y: 0, at: Number.NEGATIVE_INFINITY }
    const up = (event: PointerEvent) => {
      const taken = event.target instanceof Element && event.target.closest('a, button, [role="button"]')
      if (event.pointerType === 'mouse' || taken) return
      const now = { x: event.clientX, y: event.clientY, at: event.timeStamp }
      const near = Math.hypot(now.x - last.x, now.y - last.y) < 24
      if (near && now.at - last.at < 320) {
        last = { ...now, at: Number.NEGATIVE_INFINITY }
        tapped()
      } else last = now
    }
    node.addEventListener('pointerup', up)
    return () => node.removeEventListener('pointerup', up)
  }
}

/** A press held for half a second on a touch screen, with the point it was held at. */
export function longPress(held: (at: { x: number; y: number }) => void): Attachment<HTMLElement> {
  return (node) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let origin = { x: 0, y: 0 }
    const stop = () => clearTimeout(timer)
    const down = (event: PointerEvent) => {
      if (event.pointerType === 'mouse') return
      origin = { x: event.clientX, y: event.clientY }
      stop()
      timer = setTimeout(() => {
        navigator.vibrate?.(8)
        addEventListener('click', swallow, { capture: true, once: true })
        setTimeout(() => removeEventListener('click', swallow, { capture: true }), 700)
        held(origin)
      }, 450)
    }
    const move = (event: PointerEvent) => {
      if (Math.hypot(event.clientX - origin.x, event.clientY - origin.y) > 10) stop()
    }
    node.addEventListener('pointerdown', down)
    node.addEventListener('pointermove', move)
    for (const name of ['pointerup', 'pointercancel', 'pointerleave'] as const)
      node.addEventListener(name, stop)
    return () => {
      stop()
      node.removeEventListener('pointerdown', down)
      node.removeEventListener('pointermove', move)
      for (const name of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
        node.removeEventListener(name, stop)
      }
    }
  }
}

/** The click that a lifted finger makes after a long press belongs to the press. */
function swallow(event: Event): void {
  event.preventDefault()
  event.stopPropagation()
}
