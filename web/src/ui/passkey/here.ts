// SPDX-License-Identifier: AGPL-3.0-or-later
import { passkeysWorkAt } from '../../model'

/** Whether this page, in this browser, can use the passkeys of a server's domain. */
export function passkeysHere(domain: string): boolean {
  return 'PublicKeyCredential' in window && passkeysWorkAt(location.hostname, domain)
}
