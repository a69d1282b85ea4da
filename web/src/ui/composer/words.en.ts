// SPDX-License-Identifier: AGPL-3.0-or-later

const emoji = {
  recent: 'Recent',
  smileys: 'Faces',
  people: 'People',
  nature: 'Nature',
  food: 'Food',
  activities: 'Activities',
  travel: 'Places',
  things: 'Things',
  signs: 'Signs',
  flags: 'Flags',
}

const signs = {
  search: 'Search emoji',
  clear: 'Clear',
  none: 'No emoji found',
  tones: 'Skin tone',
  tone: ['No skin tone', 'Light', 'Medium light', 'Medium', 'Medium dark', 'Dark'],
  hasTones: 'Hold it, or press the other mouse button, for skin tones',
}

const plain = {
  sendSilent: 'Send without sound',
  bold: 'Bold',
  italic: 'Italic',
  underline: 'Underline',
  strike: 'Strikethrough',
  spoiler: 'Spoiler',
  mono: 'Code',
  quote: 'Quote',
  link: 'Link',
  linkAddress: 'Address',
  formatting: 'Formatting',
  mentions: 'Members',
}

const closed = {
  channelMuted: 'Unmute',
  channelUnmuted: 'Mute',
  requested: 'Your request to join is waiting for approval',
  restricted: 'You can read here, but not write',
  restrictedUntil: (when: string) => `You may not write here until ${when}`,
  bannedUntil: (when: string) => `You are banned from this chat until ${when}`,
  banned: 'You are banned from this chat',
  why: (note: string) => `Reason: ${note}`,
  removedTitle: 'This chat is no longer here',
  removedBody: 'You left it, were removed, or it was deleted.',
  blockedByMe: 'You blocked this person',
  unblock: 'Unblock',
  left: 'You are no longer in this chat',
  deletedAccount: 'This account was deleted',
  serverOnly: 'Only the server writes here',
  enough: 'Your messages are waiting to be accepted. After that you can write again.',
}

const preview = { title: 'What the link leads to', remove: 'Send without it' }

export const makeEnglish = () => ({
  ...plain,
  closed,
  slow: (time: string) => `Slow mode: next message in ${time}`,
  preview,
  emoji,
  signs,
})
