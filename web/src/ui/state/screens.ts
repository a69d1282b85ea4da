// SPDX-License-Identifier: AGPL-3.0-or-later

/** Fetches the screens that the first draw does without; even their names would take room in it. */
export function fetchScreens(): Promise<unknown> {
  return Promise.allSettled([
    import('../settings/Settings.svelte'),
    import('../install/Notifications.svelte'),
    import('../details/Details.svelte'),
    import('../new/NewRoom.svelte'),
    import('../join/JoinDialog.svelte'),
    import('../chat/MessageMenu.svelte'),
    import('../chat/MoreMenu.svelte'),
    import('../chat/DeleteConfirm.svelte'),
    import('../chat/EmptyChat.svelte'),
    import('../chat/LockDialog.svelte'),
    import('../chat/ReactDialog.svelte'),
    import('../chat/DateDialog.svelte'),
    import('../chat/LinkCard.svelte'),
    import('../chat/SelectBar.svelte'),
    import('../list/acts'),
    import('./explain'),
    import('../chat/ForwardDialog.svelte'),
    import('../media/Media.svelte'),
    import('../media/AttachMenu.svelte'),
    import('../media/Sheet.svelte'),
    import('../chat/FailedDialog.svelte'),
    import('../chat/DoubtDialog.svelte'),
    import('../details/LeaveConfirm.svelte'),
    import('../composer/EmojiPicker.svelte'),
    import('../composer/FormatBar.svelte'),
    import('../composer/Suggest.svelte'),
    import('../composer/wrap'),
    import('../voice/VoiceBubble.svelte'),
    import('../voice/PlayerBar.svelte'),
    import('../voice/Recording.svelte'),
  ])
}
