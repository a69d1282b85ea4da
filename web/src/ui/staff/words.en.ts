// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const dialog = {
  restrictTitle: (name: string) => `Restrict ${name}`,
  banTitle: (name: string) => `Ban ${name}?`,
  banBody: 'They leave this chat and cannot return until then. Their messages stay.',
  may: 'What they may do',
  until: 'Until',
  forMonth: 'One month',
  custom: 'Choose a date',
  day: (date: string) => `Until the end of ${date}`,
  reason: 'Reason',
  reasonHint: 'They and the admins see it, nobody else.',
  restrict: 'Restrict',
  ban: 'Ban',
  nothing: 'Switch off what you want to take from them.',
}

const held = {
  none: 'Nobody is restricted or banned',
  noneBody: 'You restrict or ban people from the list of members.',
  restricted: 'Restricted',
  banned: 'Banned',
  free: 'Lift',
  unban: 'Unban',
  freeFor: (name: string) => `Lift the restriction of ${name}`,
  unbanFor: (name: string) => `Unban ${name}`,
  until: (when: string) => `until ${when}`,
  endless: 'without end',
  why: (note: string) => `Reason: ${note}`,
}

const filters = {
  kind: 'Kind',
  person: 'Admin',
  all: 'Everything',
  everyone: 'Everyone',
  members: 'Members',
  messages: 'Messages',
  settings: 'Settings',
  entrance: 'Links and requests',
  reports: 'Reports',
}

const deeds = {
  none: 'Nothing was done here yet',
  noneBody: 'Whatever the owner and admins do from now on stands here.',
  noneSuch: 'Nothing of that kind',
  noneSuchBody: 'Choose another kind or another person.',
  note: 'Only the owner and admins read this.',
  server: 'The server',
  nobody: 'somebody',
  restricted: (by: string, whom: string) => `${by} restricted ${whom}`,
  banned: (by: string, whom: string) => `${by} banned ${whom}`,
  freed: (by: string, whom: string) => `${by} lifted the restriction of ${whom}`,
  unbanned: (by: string, whom: string) => `${by} unbanned ${whom}`,
  removed: (by: string, whom: string) => `${by} removed ${whom}`,
  promoted: (by: string, whom: string) => `${by} made ${whom} an admin`,
  changed: (by: string, whom: string) => `${by} changed the rights of ${whom}`,
  dismissed: (by: string, whom: string) => `${by} dismissed ${whom} as an admin`,
  handed: (by: string, whom: string) => `${by} handed the chat over to ${whom}`,
  offered: (by: string, whom: string) => `${by} offered the ownership to ${whom}`,
  declined: (by: string) => `${by} did not want the ownership`,
  accepted: (by: string) => `${by} took the ownership over`,
  asked: (by: string) => `${by} asked to join`,
  letIn: (by: string, whom: string) => `${by} let ${whom} in`,
  turnedAway: (by: string, whom: string) => `${by} turned ${whom} away`,
  linkMade: (by: string) => `${by} made an invite link`,
  linkRevoked: (by: string) => `${by} revoked an invite link`,
  photoSet: (by: string) => `${by} changed the photo`,
  photoRemoved: (by: string) => `${by} removed the photo`,
  pinned: (by: string) => `${by} pinned a message`,
  unpinned: (by: string) => `${by} unpinned a message`,
  edited: (by: string) => `${by} edited a post of somebody else`,
  reported: 'A member reported something',
  reportClosed: (by: string) => `${by} closed a report`,
  operator: 'The operator of this server decided something about this chat',
  unknown: (by: string) => `${by} did something that a newer version shows`,
  of: (whom: string) => `of ${whom}`,
  taken: (rights: string) => `Not allowed: ${rights}`,
  see: 'Show the message',
}

const info = {
  title: (by: string, value: string) => `${by} renamed it to “${value}”`,
  about: (by: string) => `${by} changed the description`,
  name: (by: string, value: string) => `${by} set the public name ${value}`,
  nameless: (by: string) => `${by} made it private`,
  defaults: (by: string) => `${by} changed what members may do`,
  slow: (by: string, value: string) => `${by} set slow mode to ${value}`,
  slowOff: (by: string) => `${by} switched slow mode off`,
  signatures: (by: string) => `${by} switched signatures on`,
  signaturesOff: (by: string) => `${by} switched signatures off`,
  history: (by: string) => `${by} hid earlier messages from new members`,
  historyOff: (by: string) => `${by} showed earlier messages to new members`,
  approval: (by: string) => `${by} made joining need approval`,
  approvalOff: (by: string) => `${by} made joining free`,
}

export const makeEnglish = (f: Format) => ({
  dialog,
  comma: ', ',
  held,
  filters,
  info,
  told: (chat: string, what: string) => `${chat}: ${what}`,
  deeds: {
    ...deeds,
    // Not by plural forms: in a name a # stands for itself.
    deleted: (by: string, count: number) =>
      count === 1 ? `${by} deleted a message` : `${by} deleted ${f.n(count)} messages`,
  },
})
