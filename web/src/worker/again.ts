// SPDX-License-Identifier: AGPL-3.0-or-later

/** A file without its hash, which is shorter in styles than in scripts: the same part in another version. */
const stemOf = (path: string) => path.replace(/-[\w-]{6,8}(\.\w+)$/, '$1')

/**
 * What of a version is fetched with what it draws first: what a device has of the version before. A part that
 * is called as one of the first is none of them, as every device has that.
 */
export function again(had: readonly string[], first: readonly string[], rest: readonly string[]): string[] {
  const known = new Set(had.map(stemOf))
  for (const path of first) known.delete(stemOf(path))
  return rest.filter((path) => known.has(stemOf(path)))
}
