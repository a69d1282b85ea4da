// SPDX-License-Identifier: AGPL-3.0-or-later
import { createSubscriber } from 'svelte/reactivity'
import type { Observable } from '../../model'

/** An observable of the model as something that drawing follows. */
export interface Observed<T> {
  readonly now: T
}

export function observe<T>(source: Observable<T>): Observed<T> {
  const follow = createSubscriber((update) => source.subscribe(update))
  return {
    get now() {
      follow()
      return source.get()
    },
  }
}
