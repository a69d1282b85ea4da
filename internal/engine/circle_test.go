// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// ties are the ways in which one may have met another, and whether each makes them known.
var ties = []struct {
	name  string
	known bool
	make  func(b *bed, seeker, sought chat.Actor)
}{
	{"nothing", false, func(*bed, chat.Actor, chat.Actor) {}},
	{"a direct chat", true, func(b *bed, seeker, sought chat.Actor) {
		if _, err := b.OpenDirect(b.t.Context(), sought, seeker.Account, b.key()); err != nil {
			b.t.Fatal(err)
		}
	}},
	{"a group", true, func(b *bed, seeker, sought chat.Actor) { b.room(chat.Group, sought, seeker) }},
	{"a group left by the seeker", false, func(b *bed, seeker, sought chat.Actor) {
		b.must(seeker, b.room(chat.Group, sought, seeker).Log(), chat.Leave{})
	}},
	{"a channel", false, func(b *bed, seeker, sought chat.Actor) { b.room(chat.Channel, sought, seeker) }},
	{"a channel of the seeker's", true, func(b *bed, seeker, sought chat.Actor) {
		b.room(chat.Channel, seeker, sought)
	}},
	{"a public group one is not in", false, func(b *bed, _, sought chat.Actor) { b.room(chat.Group, sought) }},
	{"an invitation to a group", true, func(b *bed, seeker, sought chat.Actor) {
		b.must(sought, b.room(chat.Group, sought).Log(), chat.Invite{Account: seeker.Account})
	}},
	{"an invitation to a channel", false, func(b *bed, seeker, sought chat.Actor) {
		b.must(sought, b.room(chat.Channel, sought).Log(), chat.Invite{Account: seeker.Account})
	}},
	{"a contact", true, func(b *bed, seeker, sought chat.Actor) {
		b.must(seeker, seeker.Account.Log(), chat.SetContact{Account: sought.Account})
	}},
	{"being a contact", false, func(b *bed, seeker, sought chat.Actor) {
		b.must(sought, sought.Account.Log(), chat.SetContact{Account: seeker.Account})
	}},
	{"a block", true, func(b *bed, seeker, sought chat.Actor) {
		b.must(seeker, seeker.Account.Log(), chat.SetBlock{Account: sought.Account, Blocked: true})
	}},
	{"being blocked", false, func(b *bed, seeker, sought chat.Actor) {
		b.must(sought, sought.Account.Log(), chat.SetBlock{Account: seeker.Account, Blocked: true})
	}},
}

// knowing passes over a refusal that says that somebody is there: that one of the two blocks the other.
func knowing(err error) error {
	if code := chat.CodeOf(err); code == chat.CodeInvitesRefused || code == chat.CodeCannotWrite {
		return nil
	}
	return err
}

// TestWhoDoesNotWantToBeFoundIsNobodyToStrangers tries every way to somebody's name for every tie: who has
// met them finds them, and to anybody else they are what a name or number that nobody has is.
//
// FIND-2 FIND-4
func TestWhoDoesNotWantToBeFoundIsNobodyToStrangers(t *testing.T) {
	ways := map[string]func(b *bed, seeker, sought chat.Actor) error{
		"name": func(b *bed, seeker, sought chat.Actor) error {
			found, err := b.ResolveName(b.t.Context(), seeker, "@Sought_One")
			if err == nil && found.Person.ID != sought.Account {
				return fmt.Errorf("found %+v", found.Person)
			}
			return err
		},
		"chat": func(b *bed, seeker, sought chat.Actor) error {
			_, err := b.OpenDirect(b.t.Context(), seeker, sought.Account, b.key())
			return knowing(err)
		},
		"contact": func(b *bed, seeker, sought chat.Actor) error {
			_, err := b.do(seeker, seeker.Account.Log(), chat.SetContact{Account: sought.Account, Name: "x"})
			return err
		},
		"block": func(b *bed, seeker, sought chat.Actor) error {
			_, err := b.do(seeker, seeker.Account.Log(), chat.SetBlock{Account: sought.Account, Blocked: true})
			return err
		},
		"invitation": func(b *bed, seeker, sought chat.Actor) error {
			_, err := b.do(seeker, b.room(chat.Group, seeker).Log(), chat.Invite{Account: sought.Account})
			return knowing(err)
		},
		"ban": func(b *bed, seeker, sought chat.Actor) error {
			ban := chat.SetMember{Account: sought.Account, Role: chat.RoleBanned}
			_, err := b.do(seeker, b.room(chat.Group, seeker).Log(), ban)
			return err
		},
	}
	for _, tie := range ties {
		for _, hides := range []bool{false, true} {
			for way, find := range ways {
				t.Run(fmt.Sprintf("%s/%s/hides %t", tie.name, way, hides), func(t *testing.T) {
					b := newBed(t)
					seeker, sought := b.person("seeker_1"), b.person("sought_one")
					tie.make(b, seeker, sought)
					b.must(sought, sought.Account.Log(), chat.SetPrivacy{Privacy: chat.Privacy{Unfindable: hides}})
					err := find(b, seeker, sought)
					if want := tie.known || !hides; want != (err == nil) {
						t.Errorf("found %t, want %t (%v)", err == nil, want, err)
					}
					if err != nil {
						nobodys := find(b, seeker, chat.Actor{Account: 4040})
						if way == "name" {
							_, nobodys = b.ResolveName(t.Context(), seeker, "nobody_ever")
						}
						if err.Error() != nobodys.Error() {
							t.Errorf("refused with %q, and nobody with %q", err, nobodys)
						}
					}
				})
			}
		}
	}
}

// FIND-3
func TestAPersonalLinkLeadsToItsOwnerUntilItIsReplacedOrTakenDown(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_ana"), b.person("ben_ben")
	b.must(ana, ana.Account.Log(), chat.SetPrivacy{Privacy: chat.Privacy{Unfindable: true}})
	leads := func(token string, want bool) {
		t.Helper()
		found, err := b.ResolvePersonal(t.Context(), ben, token)
		if want != (err == nil && found.Person.ID == ana.Account && found.Person.Profile.Name == "ana_ana") {
			t.Errorf("the link leads to %+v, %v", found.Person, err)
		}
		if !want {
			codeIs(t, err, chat.CodeNotFound)
		}
	}
	key := b.key()
	set := func(remove bool, key chat.Key) chat.PersonalLink {
		t.Helper()
		link, err := b.SetPersonal(t.Context(), ana, remove, key)
		if err != nil {
			t.Fatal(err)
		}
		state, _, err := b.State(t.Context(), ana)
		if err != nil || state.Personal == nil {
			t.Fatalf("the state has %+v, %v", state.Personal, err)
		}
		return link
	}
	first := set(false, key)
	if len(first.Token) != 22 {
		t.Errorf("a token of %d characters", len(first.Token))
	}
	if again := set(false, key); again != first {
		t.Errorf("a retry made %+v of %+v", again, first)
	}
	leads(first.Token, true)
	leads("", false)
	_, err := b.OpenDirect(t.Context(), ben, ana.Account, b.key())
	codeIs(t, err, chat.CodeNotFound)
	second := set(false, b.key())
	leads(first.Token, false)
	leads(second.Token, true)
	_, err = b.OpenPersonal(t.Context(), ben, first.Token, b.key())
	codeIs(t, err, chat.CodeNotFound)
	cyd := b.person("cyd_cyd")
	keep := func(token string) error {
		p, err := b.BeginContact(t.Context(), cyd, chat.SetContact{Account: ana.Account}, token, b.key())
		if err == nil {
			_, err = p.Wait(t.Context())
		}
		return err
	}
	bens, err := b.SetPersonal(t.Context(), ben, false, b.key())
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", first.Token, bens.Token} { // none, an old one, another's
		codeIs(t, keep(token), chat.CodeNotFound)
	}
	codeIs(t, keep(second.Token), 0)
	room, err := b.OpenPersonal(t.Context(), ben, second.Token, b.key())
	if err != nil {
		t.Fatal(err)
	}
	b.say(ben, room, "found you")
	if gone := set(true, b.key()); !gone.Removed || gone.Token != "" {
		t.Errorf("taken down as %+v", gone)
	}
	leads(second.Token, false)
	if _, err := b.OpenDirect(t.Context(), ben, ana.Account, b.key()); err != nil {
		t.Errorf("who was met through the link: %v", err)
	}
}

// Of many tries at once by a device without a say one makes the first link, and none ends it.
//
// AUTH-6
func TestADeviceWithoutASayEndsNoPersonalLinkThatComesMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := failingBed(t)
		thief := b.person("ana_ana")
		thief.Waits = 1000
		f.gate = make(chan struct{})
		var made, refused atomic.Int32
		for range 4 {
			key := b.key()
			go func() {
				_, err := b.SetPersonal(t.Context(), thief, false, key)
				switch chat.CodeOf(err) {
				case 0:
					made.Add(1)
				case chat.CodeLoginTooYoung:
					refused.Add(1)
				default:
					t.Error(err)
				}
			}()
		}
		synctest.Wait() // each was decided while none is stored
		close(f.gate)
		synctest.Wait()
		if made.Load() != 1 || refused.Load() != 3 {
			t.Errorf("%d links were made, %d refused", made.Load(), refused.Load())
		}
	})
}

// FIND-5
func TestContactsAreOnesOwnAndSaySoOnEveryDevice(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_ana"), b.person("ben_ben")
	phone := ana
	device, err := b.NewDevice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	phone.Device = device
	b.must(ana, ana.Account.Log(), chat.SetContact{Account: ben.Account, Name: "برادرم"})
	list := func(who chat.Actor) engine.ContactList {
		t.Helper()
		list, err := b.Contacts(t.Context(), who, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	want := chat.Contact{Account: ben.Account, Name: "برادرم", SeenName: "ben_ben", SeenUsername: "ben_ben"}
	got := list(phone)
	if !slices.Equal(got.Contacts, []chat.Contact{want}) || got.Total != 1 || got.People[0].ID != ben.Account {
		t.Errorf("the other device sees %+v", got)
	}
	if theirs := list(ben); theirs.Total != 0 {
		t.Errorf("ben sees %+v", theirs)
	}
	state, _, err := b.State(t.Context(), phone)
	if err != nil || !slices.Equal(state.Contacts, []chat.Contact{want}) {
		t.Errorf("the state says %+v, %v", state.Contacts, err)
	}
	// What is public changes; the contact keeps what was seen, so that every device can tell, until one does.
	b.must(ben, ben.Account.Log(), chat.SetProfile{Profile: chat.Profile{Name: "Ben B.", Username: "ben_ben"}})
	if c := list(phone).Contacts[0]; c != want {
		t.Errorf("the contact became %+v by itself", c)
	}
	b.must(phone, ana.Account.Log(), chat.SetContact{Account: ben.Account, Name: "برادرم"})
	if c := list(ana).Contacts[0]; c.SeenName != "Ben B." || c.Name != "برادرم" {
		t.Errorf("seen as %+v", c)
	}
	items, err := b.open(ana, ana.Account.Log(), chat.RightRead).Read(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, it := range items.Items {
		if it.Env.Kind == chat.KindContact && len(it.Body) > 0 {
			kept++
		}
	}
	if kept != 1 {
		t.Errorf("%d versions of a contact are still there", kept)
	}
	b.must(ana, ana.Account.Log(), chat.SetContact{Account: ben.Account, Remove: true})
	if got := list(ana); got.Total != 0 {
		t.Errorf("still there: %+v", got)
	}
	_, err = b.Contacts(t.Context(), ana, 0, 201)
	codeIs(t, err, chat.CodeBadRequest)
}

// FIND-6
func TestGroupsInCommonAreThoseWhoseMembersOneSees(t *testing.T) {
	b := newBed(t)
	ana, ben, cyd := b.person("ana_ana"), b.person("ben_ben"), b.person("cyd_cyd")
	group := b.room(chat.Group, ana, ben)
	b.room(chat.Channel, cyd, ana, ben)
	b.room(chat.Channel, ana, ben)
	left := b.room(chat.Group, ana, ben)
	b.must(ben, left.Log(), chat.Leave{})
	b.room(chat.Group, ana)
	invited := b.room(chat.Group, ana)
	b.must(ana, invited.Log(), chat.Invite{Account: ben.Account})
	ended := b.room(chat.Group, ana, ben)
	b.must(ana, ended.Log(), chat.DeleteChat{})
	if _, err := b.OpenDirect(t.Context(), ana, ben.Account, b.key()); err != nil {
		t.Fatal(err)
	}
	mutual := func(who, with chat.Actor) (rooms []chat.ChatID) {
		t.Helper()
		rows, err := b.Mutual(t.Context(), who, with.Account)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			rooms = append(rooms, row.Chat.ID)
		}
		return rooms
	}
	for _, c := range []struct {
		who, with chat.Actor
		want      []chat.ChatID
	}{
		{ana, ben, []chat.ChatID{group}}, {ben, ana, []chat.ChatID{group}}, {ana, cyd, nil}, {cyd, ben, nil},
	} {
		if got := mutual(c.who, c.with); !slices.Equal(got, c.want) {
			t.Errorf("%d and %d are both in %v, want %v", c.who.Account, c.with.Account, got, c.want)
		}
	}
	_, err := b.Mutual(t.Context(), ana, ana.Account)
	codeIs(t, err, chat.CodeBadRequest)
}

// meanwhile lets something happen while a command of a contact is being decided.
type meanwhile struct {
	engine.Store
	happen func()
}

func (m *meanwhile) Contacts(ctx context.Context, who, after chat.AccountID, limit int) (
	[]chat.Contact, int, error) {
	if happen := m.happen; happen != nil {
		m.happen = nil
		happen()
	}
	return m.Store.Contacts(ctx, who, after, limit)
}

// STR-3
func TestARequestThatComesWhileItsWriterIsPutOnTheListIsNone(t *testing.T) {
	store := &meanwhile{}
	b := newBed(t, func(c *engine.Config) { store.Store, c.Store = c.Store, store })
	ana, ben := b.person("ana_ana"), b.person("ben_ben")
	room, err := b.OpenDirect(t.Context(), ben, ana.Account, b.key())
	if err != nil {
		t.Fatal(err)
	}
	key := b.key()
	adds := func() engine.Receipt {
		t.Helper()
		p, err := b.BeginContact(t.Context(), ana, chat.SetContact{Account: ben.Account}, "", key)
		if err != nil {
			t.Fatal(err)
		}
		r, err := p.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	store.happen = func() { b.say(ben, room, "it is me") }
	first := adds()
	f, err := b.store.Facts(t.Context(), room, ana.Account, 0)
	if err != nil || !f.Actor.Role.In() {
		t.Errorf("ana is %v in the chat: %v", f.Actor.Role, err)
	}
	if first.Log != ana.Account.Log() {
		t.Errorf("the receipt is of %s", first.Log)
	}
	if again := adds(); !again.Repeated || again.Seq != first.Seq || again.Log != first.Log {
		t.Errorf("a retry is answered %+v, not %+v", again, first)
	}
}
