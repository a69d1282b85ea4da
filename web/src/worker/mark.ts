// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * Of a file's SHA-256 so many bytes are its mark: nobody finds another file with the same 120 bits, and the
 * table of some hundreds of them stays small.
 */
export const MARK_BYTES = 15
/** So many characters is a mark in base64. */
export const MARK_LENGTH = (MARK_BYTES / 3) * 4
/** Likewise the whole sum, which has 32 bytes. */
export const SUM_LENGTH = 44

/** The files of a build in /assets/, as a page and the worker know them: see ADR 0058. */
export interface Marks {
  /** So many of `names` come before the others: what the first draw needs in any language. */
  readonly first: number
  /** The files' names, a space between two. */
  readonly names: string
  /** The mark of each, one after the other. */
  readonly marks: string
  /** Of each what must be there before it runs, by places in `names`: a comma between two files. */
  readonly needs: string
}
