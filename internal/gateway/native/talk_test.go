// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"testing"

	"github.com/zolal-im/zolal"
)

// CONN-1 CONN-5 UPD-1
func TestTwoPeopleTalkOverEveryTransport(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		for _, by := range []zolal.Transport{zolal.WebSocket, zolal.Stream, zolal.Poll} {
			t.Run(string(by), func(t *testing.T) {
				u := h.users(2)
				a, b := h.dial(u[0], by), h.dial(u[1], by)
				room := group(a, b)
				say(a, room, "سلام")
				say(b, room, "hello")
				a.hear(room, "سلام", "hello")
				b.hear(room, "سلام", "hello")
			})
		}
	})
}
