// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, Entity } from '../../model'
import { hrefOf } from '../../model/richtext'
import { visit } from '../join/visit'
import { router } from '../state/route.svelte'
import { attempt, copyText } from '../state/tell'

/** An address whose words say something else than where it leads; the person is asked first. */
class Doubt {
  address = $state.raw<string | null>(null)
}

export const doubt = new Doubt()

/** What a tap on a part of a text does. */
export async function tapped(model: AppModel, action: Entity, text: string): Promise<void> {
  switch (action.kind) {
    case 'mention':
      await openName(model, text.replace(/^@/, ''))
      return
    case 'textMention':
      await attempt(async () => router.openChat(await model.chats.openDirect(action.account)))
      return
    case 'cashtag':
    case 'botCommand':
    case 'bankCard':
      await copyText(text)
      return
    default:
      await openAddress(model, hrefOf(action, text), action.kind === 'textLink' ? text : null)
  }
}

async function openName(model: AppModel, name: string): Promise<void> {
  await attempt(async () => {
    const found = await model.chats.search(name)
    const person = found.people.find((p) => p.username.toLowerCase() === name.toLowerCase())
    if (person) router.openChat(await model.chats.openDirect(person.account))
    else if (found.chats[0]) visit(found.chats[0], name)
    else router.go({ at: 'join', address: name })
  })
}

async function openAddress(model: AppModel, address: string | null, words: string | null): Promise<void> {
  if (!address) return
  const own = address.startsWith('#') || address.startsWith(`${location.origin}/#`)
  const [, name, invite] = /#\/join\/(?:@(\w+)|([\w-]+))$/.exec(address) ?? []
  const [, personal] = /#\/u\/@?([\w-]+)$/.exec(address) ?? []
  if (own && name) {
    await openName(model, name)
  } else if (own && invite) {
    router.go({ at: 'join', address: invite })
  } else if (own && personal) {
    router.go({ at: 'person', address: personal })
  } else if (words !== null && words !== address && !address.includes(words)) {
    doubt.address = address
  } else {
    openOutside(address)
  }
}

export function openOutside(address: string): void {
  window.open(address, '_blank', 'noopener,noreferrer')
}
