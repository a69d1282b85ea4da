// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PersonChange } from '../../model'
import { t } from '../i18n/i18n.svelte'

/** What is new of somebody, in one or two sentences. */
export function changeLine({ name, username }: PersonChange): string {
  const said = name ? [t().people.renamed(name.from, name.to)] : []
  if (username) said.push(usernameLine(username.from, username.to))
  return said.join(' ')
}

function usernameLine(from: string, to: string): string {
  if (!to) return t().people.usernameGone(`@${from}`)
  return from ? t().people.usernameChanged(`@${from}`, `@${to}`) : t().people.usernameNew(`@${to}`)
}
