// SPDX-License-Identifier: AGPL-3.0-or-later

const plain = {
  title: 'Public channels and groups',
  kind: 'What is shown',
  channels: 'Channels',
  groups: 'Groups',
  join: 'Join',
  ask: 'Ask',
  open: 'Open',
  asked: 'Requested',
  joinOf: (title: string) => `Join: ${title}`,
  askOf: (title: string) => `Ask to join: ${title}`,
  openOf: (title: string) => `Open: ${title}`,
  noChannels: 'No public channels yet',
  noGroups: 'No public groups yet',
  none: 'What is made public on this server stands here. Make the first one.',
  failed: 'The list could not be loaded.',
  again: 'Try again',
  limited: 'Too many pages at once. Try again in a moment.',
  older: 'This server has no such list yet',
  olderBody: 'Search for a title or a public name instead.',
}

export const makeEnglish = () => ({
  ...plain,
})
