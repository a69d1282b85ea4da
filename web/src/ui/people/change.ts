// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PersonChange } from '../../model'
import { words } from './words'

/** What is new of somebody, in a few sentences. */
export function changeLine({ name, username, photo }: PersonChange): string {
  const said = name ? [words().renamed(name.from, name.to)] : []
  if (username) said.push(usernameLine(username.from, username.to))
  if (photo) said.push(words().photoChanged)
  return said.join(' ')
}

function usernameLine(from: string, to: string): string {
  if (!to) return words().usernameGone(`@${from}`)
  return from ? words().usernameChanged(`@${from}`, `@${to}`) : words().usernameNew(`@${to}`)
}
