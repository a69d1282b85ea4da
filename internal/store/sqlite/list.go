// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"cmp"
	"slices"
	"strconv"
)

// list writes numbers as the JSON that json_each reads: one parameter, one statement, for any number of
// them.
func list[T ~int64 | ~uint64 | ~uint32 | ~uint8](numbers []T) string {
	b := []byte{'['}
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return string(append(b, ']'))
}

// ascending returns what is in s, sorted and once.
func ascending[T cmp.Ordered](s []T) []T {
	out := slices.Clone(s)
	slices.Sort(out)
	return slices.Compact(out)
}
