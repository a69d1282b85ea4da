// SPDX-License-Identifier: AGPL-3.0-or-later
export { Organisations } from './gen/zolal/v1/organisation_pb'
