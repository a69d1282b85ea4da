// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Attachment } from 'svelte/attachments'

const told = new WeakMap<Element, (near: boolean) => void>()
const watch = (margin: string) =>
  new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) told.get(target)?.(isIntersecting)
    },
    { rootMargin: margin },
  )

// One for all: there are many pictures in a chat.
const observer = watch('300px 0px')

/** Tells when something comes near the screen, and when it goes. */
export function near(tell: (near: boolean) => void): Attachment<HTMLElement> {
  return (element) => {
    told.set(element, tell)
    observer.observe(element)
    return () => observer.unobserve(element)
  }
}
