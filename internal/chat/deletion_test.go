// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "testing"

// DEL-3
func TestADeletedAccountSaysNothingMore(t *testing.T) {
	f := inGroup()
	f.Me = Person{ID: reza.Account, Deleted: true}
	f.Person = Person{ID: 5}
	for _, cmd := range []Command{
		SetProfile{Profile: Profile{Name: "n", Username: "reza_1"}}, SetDraft{Text: "x"}, SetPrefs{},
		SetContact{Account: 5, Name: "n"}, SetContact{Account: 5, Remove: true}, SetPersonal{Token: "t"},
		SetPrivacy{}, SetBlock{Account: 5, Blocked: true}, SetPhoto{File: "f"}, RemovePhoto{},
	} {
		refused(t, f, cmd, CodeRevoked, "")
	}
	saved := Facts{
		Chat:  Chat{ID: 8, Type: Saved, Peers: [2]AccountID{1, 1}},
		Actor: Member{Account: 1, Role: RoleOwner, Version: 1}, Me: f.Me,
	}
	refused(t, saved, Send{Text: "x"}, CodeRevoked, "")
	for _, cmd := range []Command{NoteAct{Act: OperatorAct{Act: ActListInvitations}}, NoteDevice{}} {
		events, err := Decide(Facts{Me: f.Me}, Actor{Account: 1, Scopes: AllScopes, Server: true}, cmd, noon)
		if len(events) > 0 || err != nil {
			t.Errorf("the server still tells it %T: %v, %v", cmd, events, err)
		}
	}
}
