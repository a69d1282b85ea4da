// SPDX-License-Identifier: AGPL-3.0-or-later

export { type ChatInfo as WireChatInfo, ChatType as WireChatType } from './gen/zolal/v1/chat_pb'
export { Search, SearchKind } from './gen/zolal/v1/search_pb'
