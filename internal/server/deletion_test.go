// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/sqlite"
)

const phrase = "clear water runs over the old stones"

// leaver is somebody of a test who comes, talks and goes.
type leaver struct {
	*core
	t     *testing.T
	begun time.Time
	ahead atomic.Int64
}

func newLeaver(t *testing.T) *leaver {
	l := &leaver{t: t, begun: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}
	l.core = openTestCore(t, func(c *Config) {
		c.Now = l.now
		c.HashCost, c.Signup = account.Cost{KiB: 64, Passes: 1}, "open"
	})
	if _, err := l.addUser(t.Context(), AddUser{Username: "the_operator", Operator: true}); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *leaver) now() time.Time { return l.begun.Add(time.Duration(l.ahead.Load())) }

func (l *leaver) passes(d time.Duration) { l.ahead.Add(int64(d)) }

func (l *leaver) key(name string) chat.Key {
	return chat.NamedKey(chat.Millis(l.now().UnixMilli()), name)
}

func (l *leaver) comes(name string) chat.Actor {
	l.t.Helper()
	s, err := l.accounts.SignUp(l.t.Context(), account.SignUp{
		Key: l.key(name), Username: name, Name: "Distinct " + name, Password: phrase,
		Client: account.Client{Device: "Device of " + name, Name: "zolal-web"},
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return chat.Actor{Account: s.Account, Device: s.Device, Scopes: chat.AllScopes}
}

func (l *leaver) do(who chat.Actor, room chat.ChatID, cmd chat.Command, what string) engine.Receipt {
	l.t.Helper()
	log := room.Log()
	if room == 0 {
		log = who.Account.Log()
	}
	h, err := l.engine.Open(l.t.Context(), who, log, chat.RightRead)
	if err == nil {
		var r engine.Receipt
		if r, err = h.Do(l.t.Context(), cmd, l.key(what)); err == nil {
			return r
		}
	}
	l.t.Fatalf("%s: %v", what, err)
	return engine.Receipt{}
}

func (l *leaver) direct(a chat.Actor, b chat.AccountID) chat.ChatID {
	l.t.Helper()
	room, err := l.engine.OpenDirect(l.t.Context(), a, b, l.key(fmt.Sprint("open ", b)))
	if err != nil {
		l.t.Fatal(err)
	}
	return room
}

// onDisk reports the files of the data directory that hold a text.
func (l *leaver) onDisk(text string) (found []string) {
	l.t.Helper()
	if err := l.store.(*sqlite.Store).Checkpoint(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	err := filepath.WalkDir(l.dir.path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err == nil && bytes.Contains(raw, []byte(text)) {
			found = append(found, d.Name())
		}
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return found
}

func (l *leaver) sound() {
	l.t.Helper()
	for _, rebuild := range []bool{true, false} {
		report, err := check(l.t.Context(), l.store, rebuild)
		if err != nil || len(report.Problems) > 0 {
			l.t.Errorf("the store is not sound (rebuilt: %v): %v, %v", rebuild, report.Problems, err)
		}
	}
}

// texts are the messages of a chat as somebody reads them; a deleted one is "-".
func (l *leaver) texts(who chat.Actor, room chat.ChatID) string {
	l.t.Helper()
	h, err := l.engine.Open(l.t.Context(), who, room.Log(), chat.RightRead)
	if err != nil {
		l.t.Fatal(err)
	}
	r, err := h.Read(l.t.Context(), 0, 100)
	if err != nil {
		l.t.Fatal(err)
	}
	var out []string
	for _, it := range r.Items {
		if it.Env.Counted {
			out = append(out, map[bool]string{true: "-", false: "+"}[it.Overlay != nil && it.Overlay.Redacted])
		}
	}
	return strings.Join(out, "")
}

// lives lets two people talk, one of whom is about to leave, and keep what only one's own account holds.
func (l *leaver) lives() (sara, reza chat.Actor, talk chat.ChatID) {
	l.t.Helper()
	sara, reza = l.comes("parvaneh"), l.comes("golnaz")
	talk, saved := l.direct(sara, reza.Account), l.direct(sara, sara.Account)
	l.do(sara, talk, chat.Send{Text: "words of sara"}, "one")
	l.do(reza, talk, chat.Send{Text: "words of reza"}, "two")
	l.do(sara, saved, chat.Send{Text: "a note to herself"}, "three")
	l.do(sara, talk, chat.SetDraft{Text: "never sent"}, "four")
	l.do(sara, 0, chat.SetContact{Account: reza.Account, Name: "my private name"}, "five")
	group, err := l.engine.Create(l.t.Context(), reza,
		engine.NewChat{Type: chat.Group, Title: "Room", Name: "the_room"}, l.key("room"))
	if err != nil {
		l.t.Fatal(err)
	}
	room := group.Log.Chat()
	if _, err := l.engine.Join(l.t.Context(), sara, engine.JoinBy{Chat: room}, l.key("join")); err != nil {
		l.t.Fatal(err)
	}
	l.do(sara, room, chat.Send{Text: "said among many"}, "six")
	for secret, made := range []account.Pass{
		{ID: "aaaaaaaa", Maker: sara.Account, Label: "her cousin"},
		{ID: "bbbbbbbb", Maker: reza.Account, Label: "his cousin"},
	} {
		made.Secret[0] = byte(secret)
		if err := l.store.Apply(l.t.Context(), account.PassPut{Pass: made}); err != nil {
			l.t.Fatal(err)
		}
	}
	return sara, reza, talk
}

// DEL-1 DEL-3
func TestADeletedAccountIsGoneAndWhatItWroteStaysOrGoesAsItWished(t *testing.T) {
	for name, messages := range map[string]bool{"its messages stay": false, "its messages go": true} {
		t.Run(name, func(t *testing.T) {
			l := newLeaver(t)
			ctx := t.Context()
			sara, reza, talk := l.lives()
			d, err := l.accounts.Delete(ctx, sara, account.DeletionRequest{Password: phrase, Messages: messages})
			if err != nil || d.Due == 0 {
				t.Fatalf("asked for, it is %+v, %v", d, err)
			}
			l.passes(7*24*time.Hour - time.Second)
			l.deleteDue()
			if p, err := l.engine.Profile(ctx, sara.Account); err != nil || p.Username != "parvaneh" {
				t.Fatalf("a second before its time it is %+v, %v", p, err)
			}
			l.passes(2 * time.Second)
			l.ends(sara, talk)

			p, err := l.engine.Person(ctx, reza, sara.Account)
			if err != nil || !p.Deleted || p.Profile != (chat.Profile{}) {
				t.Errorf("others see %+v, %v", p, err)
			}
			want := map[bool]string{false: "++", true: "-+"}[messages]
			if got := l.texts(reza, talk); got != want {
				t.Errorf("of what was said %s is left, not %s", got, want)
			}
			h, err := l.engine.Open(ctx, reza, talk.Log(), chat.RightRead)
			if err == nil {
				_, err = h.Do(ctx, chat.Send{Text: "are you there?"}, l.key("late"))
			}
			if chat.CodeOf(err) != chat.CodeCannotWrite {
				t.Errorf("writing to it ends with %v", err)
			}
			_, err = l.accounts.SignIn(ctx, account.SignIn{Username: "parvaneh", Password: phrase})
			if chat.CodeOf(err) != chat.CodePasswordWrong {
				t.Errorf("signing in ends with %v", err)
			}
			if err := l.engine.CheckName(ctx, "parvaneh"); chat.CodeOf(err) != chat.CodeNameResting {
				t.Errorf("its name is %v", err)
			}
			gone := []string{"Distinct parvaneh", "a note to herself", "never sent", "my private name",
				"Device of parvaneh", "her cousin", "drafted too late", "Too late"}
			kept := []string{"words of reza", "his cousin"}
			if messages {
				gone = append(gone, "words of sara", "said among many")
			} else {
				kept = append(kept, "words of sara", "said among many")
			}
			for _, text := range gone {
				if files := l.onDisk(text); len(files) > 0 {
					t.Errorf("%q is still in %v", text, files)
				}
			}
			for _, text := range kept {
				if len(l.onDisk(text)) == 0 {
					t.Errorf("%q is gone", text)
				}
			}
			l.sound()

			l.passes(31*24*time.Hour + time.Second)
			l.deleteDue()
			if files := l.onDisk("parvaneh"); len(files) > 0 {
				t.Errorf("when its name has rested it is still in %v", files)
			}
			if err := l.engine.CheckName(ctx, "parvaneh"); err != nil {
				t.Errorf("when it has rested the name is %v", err)
			}
			l.sound()
		})
	}
}

// ends is the end of an account whose time has come, with a connection that writes on.
func (l *leaver) ends(who chat.Actor, talk chat.ChatID) {
	l.t.Helper()
	l.deleteDue()
	if left := l.devices(who); len(left) > 0 {
		l.t.Fatalf("when its time has come it has %d devices", len(left))
	}
	l.do(who, talk, chat.SetDraft{Text: "drafted too late"}, "late draft")
	profile := chat.Profile{Name: "Too late", Username: "parvaneh"}
	l.do(who, 0, chat.SetProfile{Profile: profile}, "late name")
	l.passes(time.Minute)
	l.deleteDue()
	l.deleteDue() // and again
	l.silent(who, talk)
}

// devices are those of an account.
func (l *leaver) devices(who chat.Actor) []account.Device {
	l.t.Helper()
	list, err := l.store.Devices(l.t.Context(), who.Account)
	if err != nil {
		l.t.Fatal(err)
	}
	return list
}

// silent fails unless a deleted account writes nothing more, also where it still is.
func (l *leaver) silent(who chat.Actor, talk chat.ChatID) {
	l.t.Helper()
	saved, err := l.store.Direct(l.t.Context(), who.Account, who.Account)
	if err != nil {
		l.t.Fatal(err)
	}
	heads := func() []chat.Head {
		h, err := l.store.Heads(l.t.Context(), []chat.LogID{who.Account.Log(), saved.Log(), talk.Log()})
		if err != nil {
			l.t.Fatal(err)
		}
		return h
	}
	before := heads()
	for i, c := range []struct {
		log chat.LogID
		cmd chat.Command
	}{
		{who.Account.Log(), chat.SetProfile{Profile: chat.Profile{Name: "x", Username: "another_1"}}},
		{who.Account.Log(), chat.SetContact{Account: 1, Name: "x"}},
		{saved.Log(), chat.SetDraft{Text: "x"}}, {saved.Log(), chat.Send{Text: "x"}},
		{talk.Log(), chat.SetDraft{Text: "x"}}, {talk.Log(), chat.Send{Text: "x"}},
	} {
		h, err := l.engine.Open(l.t.Context(), who, c.log, chat.RightRead)
		if err == nil {
			_, err = h.Do(l.t.Context(), c.cmd, l.key(fmt.Sprint("silent ", i)))
		}
		if err == nil {
			l.t.Errorf("it still does %T in %s", c.cmd, c.log)
		}
	}
	act := chat.OperatorAct{Act: chat.ActListInvitations}
	if err := l.engine.NoteAct(l.t.Context(), act, chat.Key{}, who.Account); err != nil {
		l.t.Errorf("telling it of an act: %v", err)
	}
	if after := heads(); !slices.Equal(before, after) {
		l.t.Errorf("its logs grew: %v, %v", before, after)
	}
}

func (l *leaver) deleteDue() {
	l.t.Helper()
	if err := l.accounts.DeleteDue(context.Background()); err != nil {
		l.t.Fatal(err)
	}
}

// DEL-1 DEL-2
func TestAnAccountIsKeptByWhoeverComesBackAndNobodyDeletesWhatOthersNeed(t *testing.T) {
	l := newLeaver(t)
	ctx := t.Context()
	sara := l.comes("parvaneh")
	asks := func(who chat.Actor, want chat.Code) account.Deletion {
		t.Helper()
		d, err := l.accounts.Delete(ctx, who, account.DeletionRequest{Password: phrase})
		if chat.CodeOf(err) != want {
			t.Fatalf("asked for, it ends with %v", err)
		}
		return d
	}
	group, err := l.engine.Create(ctx, sara, engine.NewChat{Type: chat.Group, Title: "Her room"}, l.key("room"))
	if err != nil {
		t.Fatal(err)
	}
	if d := asks(sara, chat.CodeOwnsChats); len(d.Owned) != 1 || d.Owned[0].Title != "Her room" {
		t.Errorf("in the way stand %+v", d.Owned)
	}
	l.do(sara, group.Log.Chat(), chat.DeleteChat{}, "gone")
	l.passes(25 * time.Hour)
	asks(sara, 0)
	enters := func() (chat.Actor, error) {
		s, err := l.accounts.SignIn(ctx, account.SignIn{Username: "parvaneh", Password: phrase})
		return chat.Actor{Account: s.Account, Device: s.Device, Scopes: chat.AllScopes}, err
	}
	back, err := enters()
	if err != nil {
		t.Fatal(err)
	}
	if d, err := l.accounts.Deletion(ctx, sara); err != nil || d.Due != 0 {
		t.Errorf("when somebody signed in, it is %+v, %v", d, err)
	}
	asks(back, chat.CodeLoginTooYoung)
	asks(sara, 0)
	if err := l.accounts.KeepAccount(ctx, back); err != nil {
		t.Error(err)
	}
	l.passes(8 * 24 * time.Hour)
	l.deleteDue()
	asks(sara, 0)
	l.passes(7 * 24 * time.Hour)
	if _, err := enters(); chat.CodeOf(err) != chat.CodePasswordWrong {
		t.Errorf("too late, signing in ends with %v", err)
	}
	if err := l.accounts.KeepAccount(ctx, back); chat.CodeOf(err) != chat.CodeRevoked {
		t.Errorf("too late, keeping it ends with %v", err)
	}
	l.deleteDue()
	l.passes(time.Minute)
	l.deleteDue()
	if _, err := l.engine.Profile(ctx, sara.Account); chat.CodeOf(err) != chat.CodeNotFound {
		t.Errorf("in the end it is %v", err)
	}
	boss, err := l.engine.ByName(ctx, "the_operator")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.resetUser(ctx, ResetUser{Username: "the_operator", Password: phrase}); err != nil {
		t.Fatal(err)
	}
	s, err := l.accounts.SignIn(ctx, account.SignIn{Username: "the_operator", Password: phrase})
	if err != nil {
		t.Fatal(err)
	}
	asks(chat.Actor{Account: boss, Device: s.Device, Scopes: chat.AllScopes}, chat.CodeLastOperator)
	l.sound()
}
