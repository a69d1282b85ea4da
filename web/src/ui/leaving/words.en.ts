// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const plain = {
  goesTitle: 'What is deleted',
  goes: [
    'Your name, username, photos and what you say about yourself',
    'Contacts, drafts, saved messages and messages from the server',
    'Password, recovery code, passkeys and every signed-in device',
    'Your membership in groups and channels',
  ],
  staysTitle: 'What stays',
  stays: [
    'What you wrote to others, under “Deleted account”, unless you choose below to delete it too',
    'The name others gave you, and reports',
    'Backups of the server, until newer ones replace them',
    'Your username: for a month nobody else can take it',
  ],
  messages: 'Delete my messages too',
  messagesHint: 'For everyone, in the chats you are in now. This cannot be undone.',
  messagesToo: 'What you wrote in your chats is deleted with it.',
  messagesStay: 'What you wrote to others stays, under “Deleted account”.',
  ownedTitle: 'Hand these on or delete them first',
  ownedNote: 'Open the group or channel, and give it to another member in its details, or delete it.',
  lastOperator: 'You are the only operator of this server. Make somebody else one first.',
  noPassword:
    'Your organisation signs you in, so there is no password to ask for. Ask the operator for one first.',
  passkeyNext: 'Your passkey is asked for next.',
  code: 'Code of the second step, or a backup code',
  askTitle: 'Delete your account?',
  yes: 'Yes, delete it',
  kept: 'Your account stays',
  pendingTitle: (when: string) => `Your account will be deleted on ${when}`,
  pendingBody:
    'Until then everything goes on as ever. Any of your devices can keep it, and so does signing in.',
}

export const makeEnglish = (f: Format) => ({
  ...plain,
  lead: (days: number) =>
    days < 1
      ? 'Your account will be deleted soon. Until then you can keep it, from any device.'
      : f.plural(days, {
          one: 'Your account is deleted # day after you ask for it. Until then you can keep it, from any device.',
          other:
            'Your account is deleted # days after you ask for it. Until then you can keep it, from any device.',
        }),
})
