// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Attachment } from 'svelte/attachments'

const told = new WeakMap<Element, (near: boolean) => void>()
const observers = new WeakMap<Element, IntersectionObserver>()
const watch = (root: Element | null) =>
  new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) told.get(target)?.(isIntersecting)
    },
    { root, rootMargin: '300px 0px' },
  )
const onScreen = watch(null)

/**
 * One for all that scrolls together: there are many pictures in a chat. What scrolls cuts off what is beside
 * it, and only its own margin counts there.
 */
function observerOf(element: Element): IntersectionObserver {
  const root = element.closest('.scroll')
  if (!root) return onScreen
  const observer = observers.get(root) ?? watch(root)
  observers.set(root, observer)
  return observer
}

/** Tells when something comes near to where it is seen, and when it goes. */
export function near(tell: (near: boolean) => void): Attachment<HTMLElement> {
  return (element) => {
    told.set(element, tell)
    const observer = observerOf(element)
    observer.observe(element)
    return () => observer.unobserve(element)
  }
}
