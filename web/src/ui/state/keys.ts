// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatItem } from '../../model'
import { latin } from './latin'
import { closeTop } from './layers'
import { isRight, router } from './route.svelte'

/** Keys that work everywhere. Those of the composer live in the composer. */
export function shortcuts(event: KeyboardEvent, chats: readonly ChatItem[], help: () => void): void {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return
  const control = event.ctrlKey || event.metaKey
  if (control && latin(event) === 'k') {
    event.preventDefault()
    document.querySelector<HTMLInputElement>('[data-search]')?.focus()
  } else if (control && latin(event) === '/') {
    event.preventDefault()
    help()
  } else if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault()
    step(chats, event.key === 'ArrowDown' ? 1 : -1)
  } else if (event.key === 'Escape') {
    close(event)
  }
}

function step(chats: readonly ChatItem[], by: number): void {
  const visible = chats.filter((chat) => !chat.archived)
  const { right } = router
  const here = right?.at === 'chat' ? visible.findIndex((chat) => chat.id === right.chat) : -1
  const next = visible[here + by]
  if (!next) return
  const field = document.activeElement as HTMLElement | null
  // From whatever field it was pressed in: the chat that opens takes the keys.
  field?.blur()
  router.openChat(next.id)
}

function close(event: KeyboardEvent): void {
  if (closeTop()) {
    event.preventDefault()
    return
  }
  const route = router.now
  if (route.at === 'list') return
  event.preventDefault()
  if (route.at === 'chat' && route.pane !== 'none') router.replace({ ...route, pane: 'none' })
  else if (isRight(route)) router.replace(router.left)
  else router.back({ at: 'list' })
}
