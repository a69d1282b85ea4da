// SPDX-License-Identifier: AGPL-3.0-or-later

import type { Format } from '../i18n/format'

export const makeEnglish = (f: Format) => ({
  title: 'Feedback',
  about:
    'It goes to whoever runs this server, in your words alone: nothing of your chats is sent along. What they publish of it, in their own words, everybody reads.',
  category: 'What is it?',
  categories: { idea: 'Idea', problem: 'Problem', other: 'Other' },
  text: 'Your words',
  extra: 'Send the version and the browser along',
  send: 'Send',
  list: 'The public list',
  statuses: { new: 'New', planned: 'Planned', doing: 'Under way', done: 'Done', declined: 'Declined' },
  wishes: {
    note: 'What people said and what becomes of it, in the words of whoever runs this server. If you want something too, say so: votes are counted, and nobody sees whose they are.',
    empty: 'Nothing is published yet',
    emptyBody: 'What the operator publishes of the feedback stands here.',
    meToo: 'Me too',
    votes: (n: number) => f.plural(n, { one: '# vote', other: '# votes' }),
    noVotes: 'No votes yet',
  },
  desk: {
    title: 'Feedback',
    note: 'You alone read this, and not who wrote it. What you publish, in your own words, everybody reads with its status and its age.',
    empty: 'No feedback yet',
    refused: 'For operators only',
    refusedBody: 'This page opens for whoever runs the server.',
    failed: 'The feedback could not be read',
    number: (n: number) => `Feedback ${f.n(n)}`,
    status: 'Status',
    published: 'For everybody, in your words',
    publishedHint: 'Left empty, it is not public.',
    save: 'Save',
    saved: 'Saved.',
    isPublic: 'public',
  },
  thanks: (number: string) => `Thank you. It has the number ${number}.`,
})
