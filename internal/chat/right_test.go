// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const noon Millis = 1_700_000_000_000

// The standings a right is asked for, in the order of the columns of wantRights.
var columns = [...]struct {
	name   string
	public bool
	member Member
	off    bool // the chat gives no right by default
}{
	{"outsider of a private chat", false, Member{}, false},
	{"outsider of a public chat", true, Member{}, false},
	{"invited", false, Member{Role: RoleInvited}, false},
	{"asking to join", false, Member{Role: RoleRequested}, false},
	{"banned, public chat", true, Member{Role: RoleBanned}, false},
	{"member", false, Member{Role: RoleMember}, false},
	{"member, no default rights", false, Member{Role: RoleMember}, true},
	{"member, everything taken", false, Member{Role: RoleMember, Grants: MemberGrants}, false},
	{"admin without grants", false, Member{Role: RoleAdmin}, false},
	{"admin without grants, no default rights", false, Member{Role: RoleAdmin}, true},
	{"admin with every grant, no default rights", false, Member{Role: RoleAdmin, Grants: 1<<12 - 1}, true},
	{"owner, no default rights", true, Member{Role: RoleOwner}, true},
	{"approached by a stranger", false, Member{Role: RoleApproached}, false},
}

// wantRights is who may do what, written out: y yes, n NOT_MEMBER, b BANNED, r RESTRICTED, f FORBIDDEN.
// It is deliberately not derived from the table it checks.
var wantRights = map[ChatType]map[Right]string{
	Group: {
		RightRead:      "nynnb yyy yyy y n",
		RightSend:      "nnnnb yfr yyy y n",
		RightSendLinks: "nnnnb yfr yyy y n",
		RightSendMedia: "nnnnb yfr yyy y n",
		RightReact:     "nnnnb yfr yyy y n",
		RightEditOwn:   "nnnnb yfr yyy y n",
		RightEditAny:   "nnnnb fff fff f n",
		RightDeleteOwn: "nnnnb yyy yyy y n",
		RightDeleteAny: "nnnnb fff ffy y n",
		RightPin:       "nnnnb yfr yfy y n",
		RightInfo:      "nnnnb yfr yfy y n",
		RightSettings:  "nnnnb fff ffy y n",
		RightInvite:    "nnnnb yfr yfy y n",
		RightLinks:     "nnnnb fff ffy y n",
		RightBan:       "nnnnb fff ffy y n",
		RightPromote:   "nnnnb fff ffy y n",
		RightMembers:   "nnnnb yyy yyy y n",
		RightStaff:     "nnnnb fff yyy y n",
		RightOwn:       "nnnnb fff fff y n",
	},
	Channel: {
		RightRead:      "nynnb yyy yyy y n",
		RightSend:      "nnnnb fff ffy y n",
		RightSendLinks: "nnnnb fff ffy y n",
		RightSendMedia: "nnnnb fff ffy y n",
		RightReact:     "nnnnb yfr yyy y n",
		RightEditOwn:   "nnnnb fff ffy y n",
		RightEditAny:   "nnnnb fff ffy y n",
		RightDeleteOwn: "nnnnb fff ffy y n",
		RightDeleteAny: "nnnnb fff ffy y n",
		RightPin:       "nnnnb fff ffy y n",
		RightInfo:      "nnnnb fff ffy y n",
		RightSettings:  "nnnnb fff ffy y n",
		RightInvite:    "nnnnb fff ffy y n",
		RightLinks:     "nnnnb fff ffy y n",
		RightBan:       "nnnnb fff ffy y n",
		RightPromote:   "nnnnb fff ffy y n",
		RightMembers:   "nnnnb fff yyy y n",
		RightStaff:     "nnnnb fff yyy y n",
		RightOwn:       "nnnnb fff fff y n",
	},
	Direct: directRights("y", "f", approachedRights),
	Saved:  directRights("y", "f", nil),
	// What the server tells somebody is for them to read, and for nobody to write to.
	Service: serviceRights(),
}

// approachedRights are those of somebody a stranger wrote to: to read it, and to write back. What would tell
// the stranger something else waits (p).
var approachedRights = map[Right]string{
	RightRead: "y", RightSend: "y", RightSendLinks: "y", RightSendMedia: "y", RightReact: "p",
	RightEditOwn: "p", RightDeleteOwn: "p", RightDeleteAny: "p", RightPin: "p", RightMembers: "p",
}

// directRights are those of chats without staff: everything that is about messages, and who is in.
func directRights(yes, no string, approached map[Right]string) map[Right]string {
	want := map[Right]string{}
	for r := RightRead; r < rightEnd; r++ {
		may := no
		switch r {
		case RightRead, RightSend, RightSendLinks, RightSendMedia, RightReact, RightEditOwn, RightDeleteOwn,
			RightDeleteAny, RightPin, RightMembers:
			may = yes
		}
		outside := "nnnnb "
		if r == RightRead {
			outside = "nynnb "
		}
		want[r] = outside + strings.Repeat(may, 7) + cmp.Or(approached[r], "n")
	}
	return want
}

func serviceRights() map[Right]string {
	want := map[Right]string{}
	for r := RightRead; r < rightEnd; r++ {
		want[r] = "nnnnb " + strings.Repeat("f", 7) + "n"
	}
	want[RightRead] = "nnnnb " + strings.Repeat("y", 7) + "n"
	return want
}

var letterOf = map[Code]byte{
	0: 'y', CodeNotMember: 'n', CodeBanned: 'b', CodeRestricted: 'r', CodeForbidden: 'f', CodeCannotWrite: 'w',
	CodeRequestPending: 'p',
}

func TestEveryCellOfTheRightsTable(t *testing.T) {
	cells := 0
	for kind, byRight := range wantRights {
		for r := RightRead; r < rightEnd; r++ {
			want := strings.ReplaceAll(byRight[r], " ", "")
			if len(want) != len(columns) {
				t.Fatalf("type %d, %v: %d columns written out", kind, r, len(want))
			}
			for i, c := range columns {
				f := Facts{Chat: Chat{ID: 1, Type: kind, Defaults: MemberGrants}, Actor: c.member}
				if c.off {
					f.Chat.Defaults = 0
				}
				if c.public {
					f.Chat.Name = "public_name"
				}
				// Only groups and channels have public names.
				expect := want[i]
				if kind != Group && kind != Channel && c.public && c.member.Role == RoleNone {
					continue
				}
				cells++
				if got := letterOf[CodeOf(f.May(r, noon))]; got != expect {
					t.Errorf("type %d, %s: may %v? %c, want %c", kind, c.name, r, got, expect)
				}
			}
		}
	}
	if cells < 18*(13*2+12*2) {
		t.Errorf("only %d cells", cells)
	}
}

// grantOf is the one grant that decides a right where a grant does, written out by type.
var grantOf = map[ChatType]map[Right]Grants{
	Group: {
		RightSend: GrantSend, RightSendLinks: GrantLinks, RightReact: GrantReact, RightEditOwn: GrantSend,
		RightDeleteAny: GrantDeleteAny, RightPin: GrantPin, RightInfo: GrantInfo, RightSettings: GrantInfo,
		RightInvite: GrantInvite, RightLinks: GrantInvite, RightBan: GrantBan, RightPromote: GrantPromote,
	},
	Channel: {
		RightSend: GrantPost, RightSendLinks: GrantPost, RightReact: GrantReact, RightEditOwn: GrantPost,
		RightEditAny: GrantEditAny, RightDeleteOwn: GrantPost, RightDeleteAny: GrantDeleteAny,
		RightPin: GrantPin, RightInfo: GrantInfo, RightSettings: GrantInfo, RightInvite: GrantInvite,
		RightLinks: GrantInvite, RightBan: GrantBan, RightPromote: GrantPromote,
	},
}

func TestEachRightLooksAtOneGrantAndNoOther(t *testing.T) {
	for kind, byRight := range grantOf {
		for r, g := range byRight {
			for bit := Grants(1); bit < 1<<12; bit <<= 1 {
				admin := Facts{Chat: Chat{ID: 1, Type: kind}, Actor: Member{Role: RoleAdmin, Grants: bit}}
				row := wantRights[kind][r]
				byGrant := strings.HasSuffix(row, "ffy y n") || strings.HasSuffix(row, "yfy y n")
				if byGrant && (admin.May(r, noon) == nil) != (bit == g) {
					t.Errorf("type %d: admin with grant %b, %v: %v", kind, bit, r, admin.May(r, noon))
				}
				member := Facts{Chat: Chat{ID: 1, Type: kind, Defaults: bit}, Actor: Member{Role: RoleMember}}
				byDefault := strings.Contains(row, "yfr")
				if got := member.May(r, noon) == nil; got != (byDefault && bit == g) {
					t.Errorf("type %d: default %b, %v: %v", kind, bit, r, got)
				}
				member = Facts{
					Chat:  Chat{ID: 1, Type: kind, Defaults: MemberGrants},
					Actor: Member{Role: RoleMember, Grants: bit},
				}
				restricted := CodeOf(member.May(r, noon)) == CodeRestricted
				if restricted != (byDefault && bit == g) {
					t.Errorf("type %d: %b taken, %v: %v", kind, bit, r, member.May(r, noon))
				}
			}
		}
	}
}

func TestBansAndRestrictionsEndOnTheirDate(t *testing.T) {
	for _, c := range []struct {
		until Millis
		in    bool // in force
		retry Millis
	}{{0, true, 0}, {noon - 1, false, 0}, {noon, false, 0}, {noon + 1, true, 1}, {noon + 5000, true, 5000}} {
		banned := Facts{
			Chat:  Chat{ID: 1, Type: Group, Name: "public_name"},
			Actor: Member{Role: RoleBanned, Until: c.until},
		}
		restricted := Facts{
			Chat:  Chat{ID: 1, Type: Group, Defaults: MemberGrants},
			Actor: Member{Role: RoleMember, Grants: GrantSend, Until: c.until},
		}
		for code, err := range map[Code]error{
			CodeBanned: banned.May(RightRead, noon), CodeRestricted: restricted.May(RightSend, noon),
		} {
			if (CodeOf(err) == code) != c.in {
				t.Errorf("until noon%+d: %v", c.until-noon, err)
			}
			if e, ok := err.(*Error); ok && e.Retry != c.retry {
				t.Errorf("until noon%+d: retry in %d ms, want %d", c.until-noon, e.Retry, c.retry)
			}
		}
	}
}

func TestABlockClosesADirectChatForWritingOnly(t *testing.T) {
	f := Facts{Chat: Chat{ID: 1, Type: Direct}, Actor: Member{Role: RoleMember}, Blocked: true}
	for r := RightRead; r < rightEnd; r++ {
		want := wantRights[Direct][r][len(wantRights[Direct][r])-2]
		switch r {
		case RightSend, RightSendLinks, RightSendMedia, RightReact, RightEditOwn, RightPin:
			want = 'w'
		}
		if got := letterOf[CodeOf(f.May(r, noon))]; got != want {
			t.Errorf("%v: %c, want %c", r, got, want)
		}
	}
	f.Chat.Type = Group
	f.Chat.Defaults = MemberGrants
	if err := f.May(RightSend, noon); err != nil {
		t.Errorf("a block between two people closes a group: %v", err)
	}
}

// anyFacts draws facts of any shape, sensible or not.
func anyFacts(t *rapid.T) Facts {
	millis := rapid.SampledFrom([]Millis{0, noon - 1, noon, noon + 1, noon + 100_000})
	member := func(label string) Member {
		return Member{
			Account: AccountID(rapid.Uint32Range(0, 5).Draw(t, label+" account")),
			Role:    Role(rapid.Uint8Range(0, 7).Draw(t, label+" role")),
			Grants:  Grants(rapid.Uint32Range(0, 1<<13).Draw(t, label+" grants")),
			Until:   millis.Draw(t, label+" until"),
			Version: rapid.Uint32Range(0, 9).Draw(t, label+" version"),
			From:    Seq(rapid.Uint32Range(0, 9).Draw(t, label+" from")),
		}
	}
	return Facts{
		Chat: Chat{
			ID:            ChatID(rapid.Uint32Range(0, 2).Draw(t, "chat")),
			Type:          ChatType(rapid.Uint8Range(0, 6).Draw(t, "type")),
			Name:          rapid.SampledFrom([]string{"", "public_name"}).Draw(t, "name"),
			Title:         "t",
			Defaults:      Grants(rapid.Uint32Range(0, 1<<13).Draw(t, "defaults")),
			SlowSeconds:   rapid.SampledFrom([]uint32{0, 60}).Draw(t, "slow"),
			Signatures:    rapid.Bool().Draw(t, "signatures"),
			HistoryHidden: rapid.Bool().Draw(t, "hidden"),
			JoinApproval:  rapid.Bool().Draw(t, "approval"),
			Wide:          rapid.Bool().Draw(t, "wide"),
			Deleted:       rapid.Bool().Draw(t, "deleted"),
			Imported:      rapid.Bool().Draw(t, "imported"),
			Peers:         [2]AccountID{1, 5},
			Members: rapid.SampledFrom([]uint32{0, 1, 2, MaxCircle, MaxCircle + 1, SmallGroup, MaxGroup}).
				Draw(t, "members"),
		},
		Actor:    member("actor"),
		Target:   member("target"),
		Blocked:  rapid.Bool().Draw(t, "blocked"),
		LastSent: millis.Draw(t, "sent"),
		Person:   Person{ID: AccountID(rapid.Uint32Range(0, 2).Draw(t, "person"))},
		Head: Head{
			Seq: Seq(rapid.Uint32Range(0, 9).Draw(t, "head")), Ord: Ord(rapid.Uint32Range(0, 4).Draw(t, "ord")),
		},
		Known: rapid.Bool().Draw(t, "known"),
		Day:   Day{Born: millis.Draw(t, "born")},
	}
}

func TestNoFactsMakeARightWithoutStanding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		r := Right(rapid.Uint8Range(0, uint8(rightEnd)+3).Draw(t, "right"))
		err := f.May(r, noon)
		switch {
		case f.Chat.ID == 0:
			if CodeOf(err) != CodeNotFound {
				t.Fatalf("no chat: %v", err)
			}
		case f.Chat.Deleted:
			if CodeOf(err) != CodeChatDeleted {
				t.Fatalf("deleted chat: %v", err)
			}
		case err == nil && f.Actor.Role == RoleApproached && f.Chat.Type == Direct:
			// Writing back accepts, whatever the message carries.
			writes := r == RightSend || r == RightSendLinks || r == RightSendMedia
			if r != RightRead && (f.Blocked || !writes) {
				t.Fatalf("who was approached may %v", r)
			}
		case err == nil && !f.Actor.Role.In():
			if r != RightRead || f.Chat.Name == "" || f.Chat.Type != Group && f.Chat.Type != Channel {
				t.Fatalf("outsider may %v", r)
			}
		case err == nil && f.Chat.Type == Service && r != RightRead:
			t.Fatalf("may %v where the server alone writes", r)
		case err == nil && (r == 0 || r >= rightEnd || f.Chat.Type == 0 || f.Chat.Type > Service):
			t.Fatalf("may %v in a chat of type %d", r, f.Chat.Type)
		case err != nil:
			if _, ok := err.(*Error); !ok || letterOf[CodeOf(err)] == 0 {
				t.Fatalf("code %v", CodeOf(err))
			}
		}
	})
}

func TestMoreGrantsNeverMeanFewerRights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		more := Grants(rapid.Uint32Range(0, 1<<13).Draw(t, "more"))
		richer := f
		if f.Actor.Role.Staff() {
			richer.Actor.Grants |= more
		} else {
			richer.Actor.Grants &^= more
		}
		richer.Chat.Defaults |= more
		for r := RightRead; r < rightEnd; r++ {
			if f.May(r, noon) == nil && richer.May(r, noon) != nil {
				t.Fatalf("%v is lost by more grants", r)
			}
		}
	})
}

func TestRightsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for r := RightRead; r < rightEnd; r++ {
		if name := r.String(); name == "unknown right" || seen[name] {
			t.Errorf("right %d is called %q", r, name)
		}
		seen[r.String()] = true
	}
	if got := fmt.Sprint(Right(200)); got != "unknown right" {
		t.Errorf("right 200 is called %q", got)
	}
}
