// SPDX-License-Identifier: AGPL-3.0-or-later

const plain = {
  join: 'Join',
  requested: 'Your request is waiting for approval',
  open: 'Open',
  bad: 'This link does not lead anywhere',
  badBody: 'It may have expired, been used up, or been revoked. Ask for a new one.',
}

export const makeEnglish = () => ({
  ...plain,
})
