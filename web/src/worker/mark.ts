// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * Of a file's SHA-256 so many bytes are its mark: nobody finds another file with the same 120 bits, and the
 * worker, which carries some hundreds of them, stays small.
 */
export const MARK_BYTES = 15
