// SPDX-License-Identifier: AGPL-3.0-or-later

const plain = {
  joinGroup: 'Join the group',
  joinChannel: 'Join the channel',
  request: 'Ask to join',
  consent: 'Members of a group see your name and username.',
  consentChannel: 'Subscribers cannot see you or each other. The operator of this server can.',
  join: 'Join',
  requested: 'Your request is waiting for approval',
  open: 'Open',
  bad: 'This link does not lead anywhere',
  badBody: 'It may have expired, been used up, or been revoked. Ask for a new one.',
}

export const makeEnglish = () => ({
  ...plain,
})
