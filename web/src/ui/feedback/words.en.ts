// SPDX-License-Identifier: AGPL-3.0-or-later

export const makeEnglish = () => ({
  title: 'Feedback',
  about:
    'It goes to whoever runs this server, in your words alone: nothing of your chats is sent along. What they publish of it, in their own words, everybody reads.',
  category: 'What is it?',
  categories: { idea: 'Idea', problem: 'Problem', other: 'Other' },
  text: 'Your words',
  extra: 'Send the version and the browser along',
  send: 'Send',
  list: 'The public list',
  thanks: (number: string) => `Thank you. It has the number ${number}.`,
})
