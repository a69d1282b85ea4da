// SPDX-License-Identifier: AGPL-3.0-or-later

//go:build race

package sqlite

// underRace: random tests are short, since the race detector makes them many times slower.
const underRace = true
