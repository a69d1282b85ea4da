// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"fmt"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// ROOM-4
func TestAStaffLogIsReadByItsStaffHoweverFarBackWhatTheyAskForLies(t *testing.T) {
	b := newBed(t)
	ana, ben, eve := b.person("ana_a"), b.person("ben_b"), b.person("eve_e")
	room := b.room(chat.Channel, ana, ben, eve)
	b.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleAdmin, Grants: chat.GrantInfo})
	rename := func(who chat.Actor, title string) {
		b.must(who, room.Log(), chat.SetInfo{Change: chat.InfoChange{Title: &title}})
	}
	rename(ben, "first")
	for i := range 1100 { // more than one call looks through
		rename(ana, fmt.Sprint(i))
	}
	h := b.open(ana, room.Staff(), chat.RightStaff)
	read := func(q engine.StaffQuery) engine.StaffPage {
		t.Helper()
		q.Limit = 20
		p, err := h.StaffLog(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := read(engine.StaffQuery{Author: ben.Account})
	if len(p.Items) != 0 || p.Next == 0 {
		t.Fatalf("%d found at once, next %d", len(p.Items), p.Next)
	}
	p = read(engine.StaffQuery{Author: ben.Account, Before: p.Next})
	if len(p.Items) != 1 || p.Items[0].Author != ben.Account || p.Next != 0 {
		t.Errorf("%d found further back, next %d", len(p.Items), p.Next)
	}
	p = read(engine.StaffQuery{Kinds: []chat.Kind{chat.KindPin}})
	if len(p.Items) != 0 || p.Next == 0 {
		t.Errorf("of a kind that is not there %d, next %d", len(p.Items), p.Next)
	}
	all, before := 0, chat.Seq(0)
	for {
		p, last := read(engine.StaffQuery{Before: before}), chat.Seq(0)
		for _, item := range p.Items {
			if item.Seq <= last {
				t.Fatalf("entry %d after %d", item.Seq, last)
			}
			last = item.Seq
			all++
		}
		if before = p.Next; before == 0 {
			break
		}
	}
	if all < 1102 {
		t.Errorf("%d entries were read page by page", all)
	}
	for _, who := range []chat.Actor{eve, b.person("sub_s")} {
		_, err := b.Open(t.Context(), who, room.Staff(), chat.RightStaff)
		if code := chat.CodeOf(err); code != chat.CodeForbidden && code != chat.CodeNotMember {
			t.Errorf("who is no staff opens it: %v", err)
		}
	}
	b.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleMember})
	_, err := b.Open(t.Context(), ben, room.Staff(), chat.RightStaff)
	if chat.CodeOf(err) != chat.CodeForbidden {
		t.Errorf("who is no staff any more opens it: %v", err)
	}
}
