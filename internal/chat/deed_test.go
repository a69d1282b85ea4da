// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"reflect"
	"strings"
	"testing"
)

// deedOf returns what the last event tells the staff.
func deedOf(t *testing.T, events []Event) *StaffDeed {
	t.Helper()
	last := events[len(events)-1]
	deed, ok := last.Body.(*StaffDeed)
	if !ok || last.Log != ChatID(7).Staff() || last.Author != 1 {
		t.Fatalf("%+v", last)
	}
	return deed
}

// ROOM-4
func TestWhatIsDoneInARoomStandsInItsStaffLogWithWhoDidIt(t *testing.T) {
	f := inGroup()
	f.Actor.Role = RoleOwner
	f.Refs = map[Seq]Ref{3: message(1, "x"), 5: message(2, "x"), 6: message(2, "y"), 8: message(4, "z")}
	deed := deedOf(t, decided(t, f, Delete{Targets: []Seq{3, 5, 6}},
		KindDelete, KindDelete, KindDelete, KindStaffDeed))
	if !reflect.DeepEqual(deed, &StaffDeed{Kind: KindDelete, Targets: []Seq{5, 6}, Account: 2}) {
		t.Errorf("of one person: %+v", deed)
	}
	deed = deedOf(t, decided(t, f, Delete{Targets: []Seq{5, 8}}, KindDelete, KindDelete, KindStaffDeed))
	if !reflect.DeepEqual(deed, &StaffDeed{Kind: KindDelete, Targets: []Seq{5, 8}}) {
		t.Errorf("of several: %+v", deed)
	}
	decided(t, f, Delete{Targets: []Seq{3}}, KindDelete) // one's own is nobody's business
	slow := uint32(30)
	deed = deedOf(t, decided(t, f, SetInfo{InfoChange{SlowSeconds: &slow}}, KindChatInfo, KindStaffDeed))
	if deed.Kind != KindChatInfo || *deed.Change.SlowSeconds != 30 {
		t.Errorf("%+v", deed)
	}
	channel := inChannel(RoleOwner, 0)
	channel.Refs[5] = message(2, "x")
	deed = deedOf(t, decided(t, channel, SetPin{Target: 5}, KindPin, KindStaffDeed))
	if !reflect.DeepEqual(deed, &StaffDeed{Kind: KindPin, Targets: []Seq{5}}) {
		t.Errorf("a channel tells its staff whose post it was: %+v", deed)
	}
	direct := inGroup()
	direct.Chat.Type, direct.Refs = Direct, f.Refs
	decided(t, direct, SetPin{Target: 5}, KindPin)
}

// ROOM-3
func TestWhyIsForWhomItConcernsAndTheStaff(t *testing.T) {
	f := inGroup()
	f.Actor.Role, f.Target = RoleOwner, Member{Account: 2, Role: RoleMember, Version: 1}
	f.Person = Person{ID: 2}
	mute := SetMember{Account: 2, Role: RoleMember, Grants: GrantSend, Note: " بس است "}
	events := decided(t, f, mute, KindMember, KindStaffMember, KindMyChat)
	if got := events[0].Body.(*MemberChange).Member; got.Note != "" || got.Grants != GrantSend {
		t.Errorf("everybody reads %+v", got)
	}
	for _, got := range []Member{events[1].Body.(*MemberChange).Member, standingOf(t, events, 2).Member} {
		if got.Note != "بس است" {
			t.Errorf("the staff and the account read %+v", got)
		}
	}
	f.Target = standingOf(t, events, 2).Member
	out := (&decision{Facts: f, now: noon}).outside(f.Target)
	if out.Note != "بس است" || out.Grants != GrantSend {
		t.Errorf("who leaves takes %+v along", out)
	}
	lifted := decided(t, f, SetMember{Account: 2, Role: RoleMember}, KindMember, KindStaffMember, KindMyChat)
	if got := standingOf(t, lifted, 2).Member; got.Note != "" || got.Grants != 0 {
		t.Errorf("what was lifted is %+v", got)
	}
	refused(t, f, SetMember{Account: 2, Role: RoleNone, Note: "x"}, CodeBadRequest, "note")
	refused(t, f, SetMember{Account: 2, Role: RoleAdmin, Note: "x"}, CodeBadRequest, "note")
	mute.Note = strings.Repeat("x", MaxNote+1)
	refused(t, f, mute, CodeTextTooLong, "note")
	mute = SetMember{Account: 2, Role: RoleBanned, Note: "x"}
	ban := decided(t, f, mute, KindMember, KindStaffMember, KindMyChat)
	if got := standingOf(t, ban, 2); got.Member.Note != "x" {
		t.Errorf("%+v", got)
	}
}
