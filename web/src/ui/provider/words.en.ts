// SPDX-License-Identifier: AGPL-3.0-or-later

export const makeEnglish = () => ({
  button: (name: string) => `Sign in with ${name}`,
  busy: 'Signing in…',
  title: 'One more step',
  body: (name: string) =>
    `${name} says who you are, but you have no account here yet. Choose the username by which others find you.`,
  loses: (name: string) =>
    `This account will have no password and no recovery code: ${name} alone lets you in. Whoever loses their access there loses this account too, unless the operator of this server helps.`,
  make: 'Make the account',
  link: 'I already have an account here',
  linkTitle: 'Connect your account',
  linkBody: (name: string) =>
    `Sign in to it once with its password. From then on ${name} lets you in as well, and your password stays.`,
  linkDo: 'Connect and sign in',
  fresh: 'I have no account here',
  failed: 'That sign-in did not work',
  why: {
    expired: 'It took too long, or it began in another browser. Nothing is lost; begin again.',
    refused: 'The sign-in there was not completed. Nothing is lost; begin again when you like.',
    group: 'None of your groups there may use this server. Ask whoever runs it.',
    provider: 'Your organisation’s sign-in does not answer as it should. Nothing is lost; try again later.',
    internal: 'This server could not finish it. Nothing is lost; try again later.',
    elsewhere: 'This sign-in works only at the main address of this server. Open it there.',
    closed: 'This server takes no new people now. Ask whoever runs it.',
    suspended: 'The operator of this server suspended this account. Ask them for the reason.',
  },
  again: 'Begin again',
  other: 'Other ways to sign in',
  mine: (name: string) => `You sign in with ${name}`,
  mineBody: (name: string) =>
    `This account has no password and no recovery code: ${name} alone lets you in. Whoever loses their access there loses this account too. The operator of this server can give it a password; after that it is independent.`,
  lastWay:
    'This connection cannot be ended while it is your only way in. Once the account has a password, you can end it here.',
  until: (time: string) =>
    `Your devices stay signed in until ${time}, and longer each time you sign in there.`,
  ties: {
    title: 'Connection to your organisation',
    /** Of one whose provider this server no longer has. */
    unnamed: 'Your organisation',
    body: (name: string) =>
      `${name} lets you in to this account, as your password does. If you leave it, end the connection.`,
    young: (time: string) =>
      `This device signed in recently and can end the connection from ${time}. An older device can do it now.`,
    end: 'End the connection',
    endTitle: (name: string) => `End the connection to ${name}?`,
    endBody: (name: string) =>
      `${name} will no longer let anybody in to this account. Your password stays, and so do your chats and devices; devices that came in through it stay signed in until their time is up.`,
    endYes: 'End it',
    ended: 'The connection was ended',
  },
})
