// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

/** What the server says in its own chat, by code. */
const toldWords = {
  newcomersWhere: 'Settings, Invite people, shows them.',
  warned: (reason: string) => `The operator of this server warned you. Reason: ${reason}.`,
  limited: (reason: string, until: string) =>
    `The operator of this server limited your account until ${until}: you reach nobody new and do not write in public groups. Reason: ${reason}.`,
  suspended: (reason: string) => `The operator of this server suspended your account. Reason: ${reason}.`,
  takenDown: (reason: string) =>
    `The operator of this server took down something public of yours. Reason: ${reason}.`,
  nameTakenDown: (name: string, reason: string) =>
    `The operator of this server took the public name ${name} away. Reason: ${reason}.`,
  photoTakenDown: (reason: string) =>
    `The operator of this server took down a photo of yours that everybody saw. Reason: ${reason}.`,
  reversed: 'The operator of this server took back a decision about you.',
  refused: 'Your appeal was looked at, and the decision stays.',
  returned: 'This message of yours was taken down without cause. It stays deleted; these were its words:',
  alarm: (what: string) => `⚠️ ${what}`,
  alarmOver: (what: string) => `✅ Over: ${what}`,
  alarmWhere: 'Settings, Server status, says more.',
  termsChange: (date: string) => `The terms and rules of this server change on ${date}.`,
  termsDiff: 'See what differs',
  where: 'Settings show it under “What the operator did”; you can appeal there.',
}

/** Public reason codes of reports and decisions. */
const reasonWords = {
  spam: 'unwanted messages to many',
  fraud: 'deceit for money or passwords',
  abuse: 'harassment, threats or insults',
  violence: 'calls for violence',
  sexual: 'sexual content nobody asked for, or of minors',
  illegal: 'against the law here',
  impersonation: 'posing as somebody else',
  copyright: 'the work of others without their leave',
  rules: 'against the rules of this server',
  false_reports: 'reports without cause, again and again',
  security: 'the account seems to be in the hands of others',
  owner_request: 'its owner asked for it',
  other: 'something else',
}

const actsWords = (f: Format) => ({
  note: 'Whatever the operator of this server does to your account is listed here by the server itself.',
  empty: 'The operator has done nothing to your account',
  emptyBody: 'If your account is ever looked at, warned or limited, it will stand here.',
  warn: 'You were warned',
  limit: (until: string) => `Your account was limited until ${until}`,
  suspend: 'Your account was suspended',
  takeDown: 'Something public of yours was taken down',
  takeDownPhoto: 'A photo of yours that everybody saw was taken down',
  takeDownRoomPhoto: 'The photo of a group or channel of yours was taken down',
  takeDownName: (name: string) => `The public name ${name} was taken from a group or channel of yours`,
  reverse: 'A decision about you was taken back',
  uphold: 'Your appeal was refused',
  list: 'Your account stood in a list that the operator looked at',
  look: (n: number) =>
    f.plural(n, {
      one: 'The operator looked at # message of yours that somebody reported',
      other: 'The operator looked at # messages of yours that somebody reported',
    }),
  reset: 'Your password was reset',
  resetLink: 'Your password was taken away, and a link was made that sets another',
  givePassword: 'Your account was given another password, which the operator knows',
  removeFactors: 'The second step at your sign-in was taken away',
  listInvitations: 'The invitations you made stood in a list that the operator looked at',
  revokeInvitation: 'An invitation you made was taken back',
  lookRecord: 'The operator looked at what was decided about your account so far',
  makeAccount: 'The operator made your account, and has the password or token it was made with',
  letIn: 'The operator read what you had written about yourself, and let you in',
  makeOperator: 'Your account was made an operator',
  import: 'A history was imported in your name',
  lift: 'The suspension of your account was ended',
  dismiss: 'A report about you led to nothing',
  unknown: 'Something this app does not know yet',
  because: (reason: string) => `Reason: ${reason}`,
  console: 'at the server’s console',
  reversed: 'taken back',
  appealOpen: 'Your appeal waits for an answer',
  appealRefused: 'Your appeal was refused',
  appealGranted: 'Your appeal was granted',
  appeal: 'Appeal',
  appealTitle: 'Appeal against this decision',
  appealBody: 'You can appeal once. Say why the decision is wrong.',
  appealText: 'Your reasons',
  appealSend: 'Send the appeal',
  appealSent: 'Your appeal is with the operator.',
  more: 'Earlier',
})

const mineWords = {
  note: 'What you reported, and what became of it. Only you see this. Who was reported never learns by whom.',
  empty: 'You have reported nothing',
  emptyBody: 'To report something, open the menu of a message, a person or a chat.',
  to: { admins: 'To the admins', operator: 'To the operator' },
  open: 'Waits to be looked at',
  closed: 'Looked at',
  acted: 'It led to something',
  nothing: 'No violation was found',
  someone: 'a deleted account',
  somewhere: 'a chat',
  line: (reason: string, desk: string) => `${reason} · ${desk}`,
}

const casesWords = (f: Format) => ({
  title: 'Reports of abuse',
  open: 'Open',
  closed: 'Closed',
  empty: 'No open reports',
  emptyClosed: 'No report was closed yet',
  refused: 'For operators only',
  refusedBody: 'This page opens for whoever runs the server.',
  failed: 'The reports could not be read',
  appeals: 'Appeals',
  privateChat: 'a private chat',
  number: (n: number) => `Report ${f.n(n)}`,
  by: (name: string) => `By ${name}`,
  record: (all: number, none: number) =>
    `${f.plural(all, { one: '# report so far', other: '# reports so far' })}, ${f.n(none)} without effect`,
  look: 'Show what was reported',
  lookNote: 'Who wrote the messages is told that the operator looked. Look once, and only to decide.',
  nothing: 'The report reveals no message.',
  others: (n: number) =>
    f.plural(n, { one: '# more report about the same', other: '# more reports about the same' }),
  together: 'Decide them together',
  earlier: 'Decided about this account before',
  decide: 'Decide',
  act: 'Decision',
  acts: {
    dismiss: 'No violation',
    warn: 'Warn',
    limit: 'Limit',
    suspend: 'Suspend',
    takeDown: 'Take down',
    photo: 'Take the photo down',
  },
  hints: {
    dismiss: 'The report is closed. Nobody is told.',
    warn: 'The account is told, with the reason.',
    limit: 'The account reaches nobody new and does not write in public groups.',
    suspend: 'All its sessions end, and nobody can sign in to it.',
    takeDown:
      'The reported messages are deleted for everybody; the staff of the chat and its owner are told.',
    takeDownName: 'The chat loses its public name; its staff and owner are told.',
    photo: 'The chosen photos are deleted everywhere, for everybody, and whose they are is told.',
  },
  photos: 'Photos that everybody sees',
  photoNumber: (n: number) => `Photo ${f.n(n)}`,
  days: 'For how long',
  dayCount: (n: number) => f.plural(n, { one: '# day', other: '# days' }),
  reason: 'Reason, which the account is told',
  confirm: 'Decide',
  decided: 'Decided. Who it is about has been told.',
  against: (name: string) => `${name} appeals`,
  grant: 'Take the decision back',
  refuse: 'Leave it',
  answered: 'Answered.',
  reverse: 'Take back',
  standing: 'stands',
})

export const makeEnglish = (f: Format) => ({
  title: 'Report',
  what: {
    messages: (n: number) => f.plural(n, { one: 'Report # message', other: 'Report # messages' }),
    person: (name: string) => `Report ${name}`,
    chat: (name: string) => `Report ${name}`,
  },
  desk: 'To whom',
  admins: 'The admins here',
  operator: 'The operator',
  reason: 'What is wrong',
  comment: 'What should they know? (optional)',
  shows: (n: number) =>
    f.plural(n, {
      one: 'The operator sees this message, and nothing else of the chat.',
      other: 'The operator sees these # messages, and nothing else of the chat.',
    }),
  showsNothing: 'The operator sees no message. To show some, choose them in the chat and report them there.',
  discreet: 'Who is reported does not learn that it was you.',
  blockToo: 'Block them as well',
  send: 'Send the report',
  sent: 'Thank you. Your report is with them.',
  repeated: 'You have reported this already; it waits to be looked at.',

  told: {
    ...toldWords,
    newcomers: (n: number) => {
      const [one, other] = ['# newcomer waits for your approval.', '# newcomers wait for your approval.']
      return f.plural(n, { one, other })
    },
  },
  reasons: reasonWords,
  acts: actsWords(f),

  suspended: {
    title: 'This account is suspended',
    because: (reason: string) => `Reason: ${reason}`,
    since: (date: string) => `Since ${date}`,
    body: 'Nobody can sign in to it until the operator ends the suspension. Nothing of it is lost.',
    cannot: 'Speak with the operator of this server about it.',
    alone: 'Show the passkey once more to read why. With it you can appeal too.',
    code: 'Code',
    codeBody:
      'This account has a second step at sign-in. Enter the code that your authenticator shows, or one of your backup codes.',
    orCode: 'Or enter the code that your authenticator shows, or one of your backup codes.',
  },

  staff: {
    empty: 'No reports',
    emptyBody: 'What members report to the admins stands here.',
    about: (name: string) => `About ${name}`,
    aboutChat: 'About this chat',
    see: 'Show the message',
    close: 'Done',
    note: 'Who reported is not shown. Delete, restrict or ban as you see fit, then close the report.',
  },

  mine: mineWords,
  cases: casesWords(f),
})
