// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/zolal-im/zolal/internal/chat"
)

// Whatever a flood from many networks does, who comes from another network gets in and stays, as long as its
// network has no more of the queue than an equal share.
//
// SIGNUP-5
func TestAFloodOfNewcomersPutsNobodyElseOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := crowd{all: 40, each: 6}
		floods := rapid.IntRange(1, 12).Draw(t, "networks of the flood")
		honest := rapid.IntRange(1, 8).Draw(t, "other networks")
		share := most.all / (floods + honest)
		who := rapid.SliceOfN(rapid.IntRange(0, honest-1), 30, 30).Draw(t, "who else comes")
		var queue []waiting
		asks := func(network, at int) bool {
			gone, room := most.givesWay(queue, uint16(network))
			if !room {
				return false
			}
			for _, w := range gone {
				queue = remove(queue, w)
			}
			queue = append(queue, waiting{Credential{Created: chat.Millis(at)}, uint16(network)})
			return true
		}
		in := map[int]int{}
		for at := range 4 * len(who) {
			network := at % floods
			if at%4 == 0 {
				network = floods + who[at/4]
			}
			if network >= floods && in[network] >= min(share, most.each)-1 {
				continue
			}
			ok := asks(network, at)
			if network < floods {
				continue
			}
			if in[network]++; !ok {
				t.Fatalf("the newcomer %d of network %d is not let in beside %d networks", in[network], network, floods)
			}
		}
		count := map[int]int{}
		for _, w := range queue {
			count[int(w.network)]++
		}
		for network, n := range count {
			if n > most.each || network >= floods && n != in[network] {
				t.Fatalf("of network %d %d wait, of %d", network, n, in[network])
			}
		}
		if len(queue) > most.all {
			t.Fatalf("%d wait", len(queue))
		}
	})
}

func remove(queue []waiting, gone waiting) (out []waiting) {
	for _, w := range queue {
		if w.network != gone.network || w.c.Created != gone.c.Created {
			out = append(out, w)
		}
	}
	return out
}
