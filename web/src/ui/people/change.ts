// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PersonChange } from '../../model'
import { words } from './words'

/** What is new of somebody, in one or two sentences. */
export function changeLine({ name, username }: PersonChange): string {
  const said = name ? [words().renamed(name.from, name.to)] : []
  if (username) said.push(usernameLine(username.from, username.to))
  return said.join(' ')
}

function usernameLine(from: string, to: string): string {
  if (!to) return words().usernameGone(`@${from}`)
  return from ? words().usernameChanged(`@${from}`, `@${to}`) : words().usernameNew(`@${to}`)
}
