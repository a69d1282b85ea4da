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
  until: (time: string) =>
    `Your devices stay signed in until ${time}, and longer each time you sign in there.`,
})
