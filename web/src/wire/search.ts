// SPDX-License-Identifier: AGPL-3.0-or-later
export { Search, SearchKind } from './gen/zolal/v1/search_pb'
