// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

// undo takes back what a batch did before one of its changes failed. Every map of Memory is written through
// put and remove while a batch is applied; values are replaced whole and never written into.
type undo []func()

func (u *undo) rollback() {
	for i := len(*u) - 1; i >= 0; i-- {
		(*u)[i]()
	}
	*u = nil
}

func put[K comparable, V any](u *undo, m map[K]V, k K, v V) {
	old, had := m[k]
	*u = append(*u, func() {
		if had {
			m[k] = old
		} else {
			delete(m, k)
		}
	})
	m[k] = v
}

func remove[K comparable, V any](u *undo, m map[K]V, k K) {
	old, had := m[k]
	if !had {
		return
	}
	*u = append(*u, func() { m[k] = old })
	delete(m, k)
}
