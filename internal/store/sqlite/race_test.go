// SPDX-License-Identifier: AGPL-3.0-or-later

//go:build race

package sqlite

// underRace: the race detector makes SQLite, which is Go here, a hundred times slower.
const underRace = true
