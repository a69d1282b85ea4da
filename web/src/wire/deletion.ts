// SPDX-License-Identifier: AGPL-3.0-or-later
export { Deletions } from './gen/zolal/v1/deletion_pb'
