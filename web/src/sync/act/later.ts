// SPDX-License-Identifier: AGPL-3.0-or-later
import { AppError } from '../../model'

/** What of `T` can be fetched later: its methods answer later anyway. */
type Asked = (...args: never[]) => Promise<unknown>

/**
 * Actions whose code is fetched when the first of them is asked for; `own` are those that are here at once.
 * Code that cannot be fetched is a network that is away.
 */
export function later<T extends object, K extends keyof T = never>(
  load: () => Promise<Omit<T, K>>,
  own: Pick<T, K> = {} as Pick<T, K>,
): T {
  const known = new Map<PropertyKey, unknown>(Object.entries(own))
  return new Proxy({} as T, {
    get(_, name) {
      // What is awaited or printed asks for these.
      if (known.has(name) || typeof name === 'symbol' || name === 'then') return known.get(name)
      const act: Asked = async (...args) => {
        const loaded = await load().catch(() => {
          throw new AppError('OFFLINE')
        })
        return (loaded[name as keyof typeof loaded] as Asked)(...args)
      }
      known.set(name, act)
      return act
    },
  })
}
