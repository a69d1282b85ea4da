// SPDX-License-Identifier: AGPL-3.0-or-later

const plain = {
  invitations: 'Invitations',
  invited: 'You are invited',
  offeredGroup: 'This group is offered to you',
  offeredChannel: 'This channel is offered to you',
  invitedBy: (name: string) => `${name} invites you`,
  accept: 'Join',
  decline: 'Decline',
  find: 'Find a channel, or open a link',
  browse: 'Public channels and groups',
  bring: 'Bring chats from Telegram',
  bringBody:
    'A channel or group comes here with its history, photos and files. In Telegram Desktop, open its menu, choose “Export chat history”, and JSON as the format.',
  bringAsk: 'Give the folder to whoever runs this server: they bring it in, and you own it here.',
  bringOperator: 'Then bring the folder in at the server:',
  people: 'People',
  publicChats: 'Public chats',
  nothingFound: 'Nothing found',
  nothingFoundBody: (words: string) =>
    `No chat and no message fits “${words}”. People are found by their exact username only.`,
  pin: 'Pin',
  unpin: 'Unpin',
  markRead: 'Mark as read',
  markUnread: 'Mark as unread',
  archived: 'Moved to the archive',
  unarchived: 'Taken out of the archive',
  removeRequestBody: 'It is deleted only for you. The sender is not told.',
  removeRequestsTitle: (count: string) => `Delete all ${count} requests?`,
  mute: 'Mute',
  muteHour: 'For 1 hour',
  muteEight: 'For 8 hours',
  muteDays: 'For 2 days',
  muteForever: 'Forever',
  unmute: 'Unmute',
  notifyAlways: 'Notify in any case',
  notifyAsKind: 'Notify as all of its kind',
  toArchive: 'Archive',
  undo: 'Undo',
  fromArchive: 'Take out of archive',
}

export const makeEnglish = () => ({
  ...plain,
})
