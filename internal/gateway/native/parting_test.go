// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/hub"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// AUTH-5
func TestWhoSignsOutIsAnsweredBeforeTheConnectionEnds(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		for _, u := range h.users(20) {
			s := h.greeted(u)
			s.ask(2, "Accounts/SignOut", &zolalv1.Empty{})
			if r := s.answer(); r.GetId() != 2 || r.GetError() != nil {
				t.Fatalf("signing out answered %v", r)
			}
			if away := s.goingAway(); away.GetCode() != "revoked" {
				t.Errorf("going away: %v", away)
			}
			s.ends()
		}
	})
}

// revokes tells the gateway that a device was ended.
func (h *host) revokes(u account.Session) {
	ended := make(chan account.Revocation, 1)
	ended <- account.Revocation{Account: u.Account, Device: u.Device, Reason: account.ReasonRevoked}
	close(ended)
	h.gateway.revoke(ended)
}

// ended is how often a session is told of its end, and whether it is over then. Other updates may come at any
// moment: those of how its account was made.
func ended(t *testing.T, s *hub.Session) (told int, over bool) {
	t.Helper()
	frames, over := s.Take(1 << 10)
	for _, f := range frames {
		said := new(zolalv1.ServerFrame)
		check(t, proto.Unmarshal(f.Data[f.Head:], said))
		for _, u := range said.GetUpdates().GetUpdates() {
			if u.GetGoingAway() != nil {
				told++
			}
		}
	}
	return told, over
}

// AUTH-5
func TestNobodyStaysByAskingAgainAndAgain(t *testing.T) {
	h := serve(t)
	u := h.users(1)[0]
	s := new(hub.Session)
	defer h.hub.Leave(s)
	check(t, h.gateway.openSession(s, hub.Identity{Account: u.Account, Device: u.Device}, nil, nil))
	h.gateway.partingWait = time.Hour // this half is about what the end waits for, and the next how long
	first := h.gateway.part(u.Device, u.Account)
	h.revokes(u)
	if told, over := ended(t, s); told > 0 || over {
		t.Error("the session ends before the answer")
	}
	second := h.gateway.part(u.Device, u.Account)
	first()
	if told, over := ended(t, s); told != 1 || !over {
		t.Errorf("told %d times, over: %t, though what was asked first is answered", told, over)
	}
	second()
	// Where no answer comes, the end does not wait for one.
	slow := new(hub.Session)
	defer h.hub.Leave(slow)
	u = h.users(1)[0]
	check(t, h.gateway.openSession(slow, hub.Identity{Account: u.Account, Device: u.Device}, nil, nil))
	h.gateway.partingWait = partingWait
	over := h.gateway.part(u.Device, u.Account)
	h.revokes(u)
	for ended := false; !ended; _, ended = slow.Take(1 << 10) {
		select {
		case <-slow.Ready():
		case <-time.After(20 * time.Second):
			t.Fatal("the session goes on, as no answer comes")
		}
	}
	over()
	if h.gateway.mu.Lock(); len(h.gateway.parting) > 0 {
		t.Error("who parted is kept")
	}
	h.gateway.mu.Unlock()
}
