// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatId, InviteLinkView } from '../../model'
import type { RoomLinks } from '../../model/app'

/** A link that lets in whoever has it, as often as one likes. */
const isPlain = (link: InviteLinkView) =>
  !link.revoked && !link.approval && link.limit === null && link.expires === null

/** The invite link to hand out without a thought: the plain one that is there, else a new one. */
export async function readyLink(links: RoomLinks, chat: ChatId): Promise<InviteLinkView> {
  const there = (await links.list(chat)).find(isPlain)
  return there ?? links.create(chat, { name: '', limit: null, expires: null, approval: false })
}
