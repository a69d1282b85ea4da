// SPDX-License-Identifier: AGPL-3.0-or-later
export { Push, PushOutcome, type PushSettings as WirePushSettings } from './gen/zolal/v1/push_pb'
