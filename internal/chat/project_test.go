// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// projected is one entry and what it changes.
type projected struct {
	name string
	e    Entry
	body Body
	want []Change
}

// inChatLogs are entries of chat 7.
func inChatLogs() []projected {
	name, room := "Reza_1", ChatID(7).Log()
	mention := []Entity{{Kind: EntityMention, Length: 7, Account: 3}, {Kind: EntityTextMention, Account: 3}}
	member := Member{Account: 1, Role: RoleMember, Version: 2}
	info := InfoChange{Name: &name}
	return []projected{
		{"a group", Entry{Log: room, At: 5, Env: Envelope{Kind: KindChatCreated}},
			&Created{Type: Group, Title: "t", Owner: 1, Defaults: 3},
			[]Change{ChatAdded{Chat{ID: 7, Type: Group, Title: "t", Defaults: 3, Created: 5}}}},
		{"a direct chat", Entry{Log: room, Env: Envelope{Kind: KindChatCreated}},
			&Created{Type: Direct, Accounts: []AccountID{1, 2}},
			[]Change{ChatAdded{Chat{ID: 7, Type: Direct, Peers: [2]AccountID{1, 2}}}, DirectOpened{1, 2, 7}}},
		{"a message", Entry{Log: room, Author: 1, Env: Envelope{Kind: KindMessage}}, &Message{Text: "x"}, nil},
		{"a message to two", Entry{Log: room, Author: 1, Env: Envelope{Kind: KindMessage}},
			&Message{Reply: &Reply{Seq: 2, Author: 2}, Entities: mention},
			[]Change{Mentioned{Account: 2}, Mentioned{Account: 3}}},
		{"a message to oneself", Entry{Log: room, Author: 3, Env: Envelope{Kind: KindMessage}},
			&Message{Reply: &Reply{Seq: 2, Author: 3}, Entities: mention}, nil},
		{"a forwarded message", Entry{Log: room, Author: 1, Env: Envelope{Kind: KindMessage}},
			&Message{Entities: mention, Forward: &Forward{Name: "x"}}, nil},
		{"an imported message", Entry{Log: room, Env: Envelope{Kind: KindMessage}},
			&Message{Imported: &Imported{Number: 5, Digest: 6}}, []Change{SourceSet{Number: 5, Digest: 6}}},
		{"an erased message", Entry{Log: room, Env: Envelope{Kind: KindMessage}}, nil, nil},
		{"an edit", Entry{Log: room, Author: 1, Env: Envelope{Kind: KindEdit, Target: 4}},
			&Message{Entities: mention, Imported: &Imported{Number: 5, Digest: 6}},
			[]Change{Superseded{Target: 4}, SourceSet{5, 6, 4}, Mentioned{3, 4}}},
		{"an erased edit", Entry{Log: room, Env: Envelope{Kind: KindEdit, Target: 4}}, nil,
			[]Change{Superseded{Target: 4}}},
		{"a deletion", Entry{Log: room, Env: Envelope{Kind: KindDelete, Target: 4}}, nil,
			[]Change{Superseded{4, true}}},
		{"a deletion of an imported one", Entry{Log: room, Env: Envelope{Kind: KindDelete, Target: 4}},
			&Redaction{5}, []Change{Superseded{4, true}, SourceSet{5, 0, 4}}},
		{"a pin", Entry{Log: room, Env: Envelope{Kind: KindPin, Target: 4}}, nil, []Change{PinSet{4, true}}},
		{"an unpin", Entry{Log: room, Env: Envelope{Kind: KindUnpin, Target: 4}}, nil, []Change{PinSet{4, false}}},
		{"a notice about a member", Entry{Log: room, Env: Envelope{Kind: KindMember}},
			&MemberChange{Member: member}, nil},
		{"a public name", Entry{Log: room, Env: Envelope{Kind: KindChatInfo}}, &info,
			[]Change{ChatPatched{Chat: 7, Info: info}, FactsBumped{7},
				NameClaimed{Name: "reza_1", Skeleton: "rezal", Chat: 7}}},
		{"wide", Entry{Log: room, Env: Envelope{Kind: KindChatWide}}, nil,
			[]Change{ChatPatched{Chat: 7, Wide: true}, FactsBumped{7}}},
		{"a service line", Entry{Log: room, Env: Envelope{Kind: KindService}},
			&ServiceLine{Imported: &Imported{Number: 9}}, []Change{SourceSet{Number: 9}}},
		{"the end", Entry{Log: room, Env: Envelope{Kind: KindChatDeleted}}, nil,
			[]Change{ChatPatched{Chat: 7, Deleted: true}, FactsBumped{7}, NameClaimed{Chat: 7}}},
		{"an unknown kind", Entry{Log: room, Env: Envelope{Kind: 250, Target: 4}}, nil, nil},
		{"a body of another kind", Entry{Log: room, Env: Envelope{Kind: KindMessage}}, &Profile{}, nil},
	}
}

// inOtherLogs are entries of the log of account 1 and of the staff log of chat 7.
func inOtherLogs() []projected {
	user, staff := AccountID(1).Log(), ChatID(7).Staff()
	member := Member{Account: 1, Role: RoleMember, Version: 2}
	return []projected{
		{"a profile", Entry{Log: user, Env: Envelope{Kind: KindProfile}}, &Profile{Name: "n", Username: "Reza_1"},
			[]Change{ProfileSet{1, Profile{Name: "n", Username: "Reza_1"}},
				NameClaimed{Name: "reza_1", Skeleton: "rezal", Account: 1}}},
		{"joining", Entry{Log: user, Author: 1, Env: Envelope{Kind: KindMyChat}},
			&MyChat{Chat: 7, Member: member, Token: "t"}, []Change{MemberSet{7, member}, LinkUsed{7, "t", 1, false}}},
		{"asking", Entry{Log: user, Author: 1, Env: Envelope{Kind: KindMyChat}},
			&MyChat{Chat: 7, Member: Member{Role: RoleRequested}, Token: "t"},
			[]Change{MemberSet{7, Member{Role: RoleRequested}}}},
		{"being let in", Entry{Log: user, Env: Envelope{Kind: KindMyChat}},
			&MyChat{Chat: 7, Member: member, Before: RoleRequested, Token: "t"},
			[]Change{MemberSet{7, member}, LinkUsed{7, "t", 1, true}}},
		{"a promotion", Entry{Log: user, Env: Envelope{Kind: KindMyChat}},
			&MyChat{Chat: 7, Member: Member{Role: RoleAdmin}, Before: RoleMember},
			[]Change{MemberSet{7, Member{Role: RoleAdmin}}, FactsBumped{7}}},
		{"leaving", Entry{Log: user, Env: Envelope{Kind: KindMyChat}}, &MyChat{Chat: 7, Before: RoleMember},
			[]Change{MemberSet{7, Member{}}, FactsBumped{7}}},
		{"declining", Entry{Log: user, Env: Envelope{Kind: KindMyChat}}, &MyChat{Chat: 7, Before: RoleInvited},
			[]Change{MemberSet{7, Member{}}}},
		{"a ban of a stranger", Entry{Log: user, Env: Envelope{Kind: KindMyChat}},
			&MyChat{Chat: 7, Member: Member{Role: RoleBanned}},
			[]Change{MemberSet{7, Member{Role: RoleBanned}}, FactsBumped{7}}},
		{"a read mark", Entry{Log: user, Env: Envelope{Kind: KindRead}}, &ReadMark{Chat: 7, Seq: 3},
			[]Change{ReadSet{1, ReadMark{Chat: 7, Seq: 3}}}},
		{"a draft", Entry{Log: user, Env: Envelope{Kind: KindDraft}}, &DraftText{Chat: 7},
			[]Change{DraftSet{1, DraftText{Chat: 7}}}},
		{"wishes", Entry{Log: user, Env: Envelope{Kind: KindPrefs}}, &Prefs{Chat: 7},
			[]Change{PrefsSet{1, Prefs{Chat: 7}}}},
		{"a block", Entry{Log: user, Env: Envelope{Kind: KindBlock}}, &Block{2, true},
			[]Change{BlockSet{1, Block{2, true}}}},
		{"privacy", Entry{Log: user, Env: Envelope{Kind: KindPrivacy}}, &Privacy{},
			[]Change{PrivacySet{1, Privacy{}}}},
		{"a contact", Entry{Log: user, Env: Envelope{Kind: KindContact}}, &Contact{Account: 2, Name: "n"},
			[]Change{ContactSet{1, Contact{Account: 2, Name: "n"}}}},
		{"an erased contact", Entry{Log: user, Env: Envelope{Kind: KindContact}}, nil, nil},
		{"a personal link", Entry{Log: user, Env: Envelope{Kind: KindPersonal}}, &PersonalLink{Token: "t"},
			[]Change{PersonalSet{1, PersonalLink{Token: "t"}}}},
		{"a device", Entry{Log: user, Env: Envelope{Kind: KindDevice}}, &DeviceNotice{}, nil},
		{"an invitation", Entry{Log: user, Env: Envelope{Kind: KindInvitation}}, &Invitation{Chat: 7}, nil},
		{"a link", Entry{Log: staff, Env: Envelope{Kind: KindInviteLink}}, &InviteLink{Token: "t"},
			[]Change{LinkSet{7, InviteLink{Token: "t"}}}},
		{"a request", Entry{Log: staff, Env: Envelope{Kind: KindJoinRequest}}, &JoinRequest{Account: 2},
			[]Change{RequestSet{7, JoinRequest{Account: 2}}}},
		{"a staff notice", Entry{Log: staff, Env: Envelope{Kind: KindStaffMember}}, &MemberChange{}, nil},
	}
}

func TestWhatEachEntryChanges(t *testing.T) {
	for _, c := range slices.Concat(inChatLogs(), inOtherLogs()) {
		t.Run(c.name, func(t *testing.T) {
			got := Project(c.e, c.body)
			if len(got) == 0 && len(c.want) == 0 {
				return
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			placed := c.e
			placed.Seq, placed.Ord, placed.Pos, placed.Chain, placed.Key = 9, 9, 9, Chain{9}, Key{9}
			if again := Project(placed, c.body); !reflect.DeepEqual(again, got) {
				t.Errorf("its place matters: %+v", again)
			}
		})
	}
}

// spoken is what messages alone project to.
type spoken struct {
	mentions map[Mentioned]bool
	sources  map[int64]SourceSet
}

func newSpoken() spoken { return spoken{map[Mentioned]bool{}, map[int64]SourceSet{}} }

// keep applies the changes of the entry at seq.
func (s spoken) keep(seq Seq, changes []Change) {
	for _, c := range changes {
		switch c := c.(type) {
		case Superseded:
			maps.DeleteFunc(s.mentions, func(m Mentioned, _ bool) bool { return m.Target == c.Target })
		case Mentioned:
			if c.Target == 0 {
				c.Target = seq
			}
			s.mentions[c] = true
		case SourceSet:
			if c.Target == 0 {
				c.Target = seq
			}
			s.sources[c.Number] = c
		}
	}
}

func TestARebuildThatMeetsErasedBodiesEndsTheSame(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		type record struct {
			e    Entry
			body Body
		}
		var log []record
		live := newSpoken()
		latest := map[Seq]Seq{} // of a target: the entry that holds its body
		for range 60 {
			seq := Seq(len(log) + 1)
			e := Entry{Log: ChatID(7).Log(), Author: AccountID(r.IntN(3)), Env: Envelope{Kind: KindMessage}}
			m := &Message{Entities: []Entity{{Kind: EntityMention, Length: 5, Account: AccountID(r.IntN(5))}}}
			if r.IntN(2) == 0 {
				m.Imported = &Imported{Number: int64(seq), Digest: r.Uint64()}
			}
			var body Body = m
			target := Seq(r.IntN(int(seq)) + 1)
			held, ok := latest[target]
			switch {
			case r.IntN(3) == 0 || !ok:
				latest[seq] = seq
			case log[held-1].body == nil || held == 0:
				continue
			case r.IntN(2) == 0:
				e.Env = Envelope{Kind: KindEdit, Target: target}
				m.Imported = importedOf(log[held-1].body)
				log[held-1].body, latest[target] = nil, seq
			default:
				e.Env, body = Envelope{Kind: KindDelete, Target: target}, nil
				if from := importedOf(log[held-1].body); from != nil {
					body = &Redaction{from.Number}
				}
				log[held-1].body = nil
				delete(latest, target)
			}
			log = append(log, record{e, body})
			live.keep(seq, Project(e, body))
		}
		rebuilt := newSpoken()
		for i, rec := range log {
			rebuilt.keep(Seq(i+1), Project(rec.e, rec.body))
		}
		if !reflect.DeepEqual(live, rebuilt) {
			t.Fatalf("seed %d:\nlive    %+v\nrebuilt %+v", seed, live, rebuilt)
		}
	}
}
