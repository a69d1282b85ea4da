// SPDX-License-Identifier: AGPL-3.0-or-later

/** What the first draw does without, about as it is needed. */
const screens: readonly (() => Promise<unknown>)[] = [
  () => import('../list/acts'),
  () => import('../base/Menu.svelte'),
  () => import('../settings/Settings.svelte'),
  () => import('../install/Notifications.svelte'),
  () => import('../details/Details.svelte'),
  () => import('../new/NewRoom.svelte'),
  () => import('../join/JoinDialog.svelte'),
  () => import('../chat/MessageMenu.svelte'),
  () => import('../chat/MoreMenu.svelte'),
  () => import('../chat/DeleteConfirm.svelte'),
  () => import('../chat/EmptyChat.svelte'),
  () => import('../chat/LockDialog.svelte'),
  () => import('../chat/ReactDialog.svelte'),
  () => import('../chat/DateDialog.svelte'),
  () => import('../chat/LinkCard.svelte'),
  () => import('../chat/SelectBar.svelte'),
  () => import('./explain'),
  () => import('../chat/ForwardDialog.svelte'),
  () => import('../media/Media.svelte'),
  () => import('../media/AttachMenu.svelte'),
  () => import('../media/Sheet.svelte'),
  () => import('../chat/FailedDialog.svelte'),
  () => import('../chat/DoubtDialog.svelte'),
  () => import('../details/LeaveConfirm.svelte'),
  () => import('../composer/EmojiPicker.svelte'),
  () => import('../composer/FormatBar.svelte'),
  () => import('../composer/Suggest.svelte'),
  () => import('../composer/wrap'),
  () => import('../voice/VoiceBubble.svelte'),
  () => import('../voice/PlayerBar.svelte'),
  () => import('../voice/Recording.svelte'),
]

/** Resolves when the page has nothing better to do, or after a while; not every browser tells. */
const idle = () =>
  new Promise<void>((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 2_000 })
    else setTimeout(resolve, 200)
  })

/**
 * Fetches the screens that the first draw does without whenever the page has nothing better to do: they open
 * at once later, also when the network has gone meanwhile. One after the other, so that nobody's touch waits
 * for all of them; not where the person asked the browser to save data.
 */
export async function warm(): Promise<void> {
  if ((navigator as { connection?: { readonly saveData?: boolean } }).connection?.saveData) return
  for (const screen of screens) {
    await idle()
    await screen().catch(() => {})
  }
}
