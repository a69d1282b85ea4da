// SPDX-License-Identifier: AGPL-3.0-or-later

/** What protects an account. Nothing that is drawn first asks for it: it is loaded when something does. */
export { Security } from './gen/zolal/v1/security_pb'
