// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/wire"
)

// readActs are the acts of operators that an account reads, the oldest first.
func (c *core) readActs(t *testing.T, id chat.AccountID) string {
	t.Helper()
	who := chat.Actor{Account: id, Scopes: chat.AllScopes}
	list, err := c.engine.Acts(t.Context(), who, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(list)
	var words []string
	for _, a := range list {
		if !a.Act.Console {
			t.Errorf("%s is said to be done in an app", a.Act.Act)
		}
		words = append(words, a.Act.Act.String())
	}
	return strings.Join(words, " ")
}

func TestEverythingDoneAtTheConsoleIsInTheLogOfTheAccountItTouches(t *testing.T) {
	var at atomic.Int64 // what keeps the time reads it too
	at.Store(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC).UnixMilli())
	c := openTestCore(t, func(cfg *Config) { cfg.Now = func() time.Time { return time.UnixMilli(at.Load()) } })
	ctx := t.Context()
	id := func(name string, operator bool) chat.AccountID {
		t.Helper()
		made, err := c.addUser(ctx, AddUser{Username: name, Operator: operator})
		if err != nil {
			t.Fatal(err)
		}
		return made.Account
	}
	ana, ben, oper := id("parvaneh", false), id("golnaz", false), id("behrouz", true)
	for range 3 {
		if _, err := c.listUsers(ctx, ListUsers{Limit: 100}); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.readActs(t, ana); got != "make-account list" {
		t.Errorf("listed thrice in a day, it reads %q", got)
	}
	if got := c.readActs(t, oper); got != "make-account make-operator list" {
		t.Errorf("an operator reads %q", got)
	}
	at.Add((24 * time.Hour).Milliseconds())
	if _, err := c.listUsers(ctx, ListUsers{Limit: 100}); err != nil {
		t.Fatal(err)
	}
	key := account.Credential{Kind: account.CredentialPasskey, Account: ana, Data: []byte("{}")}
	if err := c.store.Apply(ctx, account.CredentialPut{Credential: key}); err != nil {
		t.Fatal(err)
	}
	for _, q := range []ResetUser{{}, {Password: "correct horse battery staple", Factor: true}} {
		q.Username = "parvaneh"
		if _, err := c.resetUser(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	for _, reason := range []string{"spam", "spam", "", "abuse"} {
		if _, err := c.suspendUser(ctx, SuspendUser{Username: "parvaneh", Reason: reason}); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.readActs(t, ana); got !=
		"make-account list list reset-link give-password remove-factors suspend reverse suspend" {
		t.Errorf("it reads %q", got)
	}
	if d, appealable, err := c.engine.Suspension(ctx, ana); err != nil || d.Reason != "abuse" || !appealable {
		t.Errorf("the suspension is %+v, %t, %v", d, appealable, err)
	}
	c.judgeAtConsole(t, ana, ben)
}

// REP-5
func TestAnAccountMadeAtTheConsoleReadsSoFromItsFirstMomentOn(t *testing.T) {
	c := openTestCore(t)
	one, err := c.addUser(t.Context(), AddUser{Username: "parvaneh"})
	if err != nil {
		t.Fatal(err)
	}
	many, err := c.addMany(t.Context(), AddMany{Prefix: "load_test_", Count: 30})
	if err != nil || len(many.Users) != 30 {
		t.Fatalf("%d were made: %v", len(many.Users), err)
	}
	ids := []chat.AccountID{one.Account}
	for _, u := range many.Users {
		ids = append(ids, u.Account)
	}
	for _, id := range ids {
		if got := c.readActs(t, id); got != "make-account" {
			t.Errorf("account %d reads %q", id, got)
		}
		// In one batch with the name: no cut leaves an account that can be found and was not told.
		items, err := c.store.Read(t.Context(), id.Log(), 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []chat.Kind
		for _, i := range items {
			kinds = append(kinds, i.Env.Kind)
		}
		if !slices.Equal(kinds, []chat.Kind{chat.KindProfile, chat.KindOperatorAct}) {
			t.Errorf("the log of account %d begins with %v", id, kinds)
		}
	}
}

// photo gives an account a photo that everybody may see.
func (c *core) photo(t *testing.T, who chat.Actor, size int) chat.Seq {
	t.Helper()
	var raw bytes.Buffer
	if err := jpeg.Encode(&raw, image.NewGray(image.Rect(0, 0, size, size)), nil); err != nil {
		t.Fatal(err)
	}
	n := media.NewUpload{Length: int64(raw.Len()), Photo: true}
	id, err := c.media.Begin(t.Context(), who.Account, n)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.media.Append(t.Context(), who.Account, id, media.Part{Body: &raw}); err != nil {
		t.Fatal(err)
	}
	h, err := c.engine.Open(t.Context(), who, who.Account.Log(), chat.RightSend)
	if err != nil {
		t.Fatal(err)
	}
	key := chat.NamedKey(chat.Millis(c.cfg.Now().UnixMilli()), string(id))
	made, err := h.Do(t.Context(), chat.SetPhoto{File: id}, key)
	if err != nil {
		t.Fatal(err)
	}
	return made.Seq
}

// REP-4
func TestAPhotoGoesOnceHoweverOftenTheConsoleSaysSo(t *testing.T) {
	var at atomic.Int64
	at.Store(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC).UnixMilli())
	c := openTestCore(t, func(cfg *Config) { cfg.Now = func() time.Time { return time.UnixMilli(at.Load()) } })
	var who []chat.Actor
	for _, name := range []string{"parvaneh", "golnaz"} {
		made, err := c.addUser(t.Context(), AddUser{Username: name})
		if err != nil {
			t.Fatal(err)
		}
		id := made.Account
		who = append(who, chat.Actor{Account: id, Device: chat.DeviceID(id), Scopes: chat.AllScopes})
	}
	one, two := c.photo(t, who[1], 64), c.photo(t, who[1], 96)
	report := chat.Report{Account: who[1].Account, Desk: chat.DeskOperator, Reason: "sexual"}
	n, _, err := c.engine.Report(t.Context(), who[0], report, chat.NamedKey(chat.Millis(at.Load()), "report"))
	if err != nil {
		t.Fatal(err)
	}
	q := DecideReport{Reports: []chat.Seq{n}, Act: "take-down", Reason: "sexual", Photo: true}
	first, err := c.decideReport(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"at once", "the next day"} {
		if again, err := c.decideReport(t.Context(), q); err != nil || again != first {
			t.Errorf("once more, %s: decision %d, %v", when, again.Decision, err)
		}
		at.Add((24 * time.Hour).Milliseconds())
	}
	left, err := c.store.Photos(t.Context(), who[1].Account.Log())
	if err != nil || len(left) != 1 || left[0].Seq != one {
		t.Errorf("of the photos %d and %d these are left: %+v, %v", one, two, left, err)
	}
}

// judgeAtConsole lets ana report ben, and the console decide.
func (c *core) judgeAtConsole(t *testing.T, ana, ben chat.AccountID) {
	t.Helper()
	ctx := t.Context()
	who := func(id chat.AccountID) chat.Actor {
		return chat.Actor{Account: id, Device: chat.DeviceID(id), Scopes: chat.AllScopes}
	}
	key := func(name string) chat.Key { return chat.NamedKey(chat.Millis(c.cfg.Now().UnixMilli()), name) }
	room, err := c.engine.OpenDirect(ctx, who(ben), ana, key("open"))
	if err != nil {
		t.Fatal(err)
	}
	h, err := c.engine.Open(ctx, who(ben), room.Log(), chat.RightSend)
	if err != nil {
		t.Fatal(err)
	}
	said, err := h.Do(ctx, chat.Send{Text: "an insult"}, key("say"))
	if err != nil {
		t.Fatal(err)
	}
	report := chat.Report{Chat: room, Seqs: []chat.Seq{said.Seq}, Desk: chat.DeskOperator, Reason: "abuse"}
	number, _, err := c.engine.Report(ctx, who(ana), report, key("report"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.listReports(ctx, ListReports{Limit: 10})
	if err != nil || len(list.Reports) != 1 || list.Reports[0].Username != "golnaz" {
		t.Fatalf("listed: %+v, %v", list, err)
	}
	if got := c.readActs(t, ben); got != "make-account list list" {
		t.Errorf("before anybody looks, it reads %q", got)
	}
	shown, err := c.showReport(ctx, ShowReport{Report: number})
	if err != nil || len(shown.Messages) != 1 || shown.Messages[0].Text != "an insult" ||
		shown.Reporter != "parvaneh" {
		t.Fatalf("shown: %+v, %v", shown, err)
	}
	q := DecideReport{Reports: []chat.Seq{number}, Act: "limit", Reason: "abuse", Days: 7}
	first, err := c.decideReport(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.decideReport(ctx, q); err != nil || again != first {
		t.Errorf("the same command once more is decision %d, %v", again.Decision, err)
	}
	if _, err := c.decideReport(ctx, DecideReport{Decision: first.Decision, Act: "reverse"}); err != nil {
		t.Error(err)
	}
	if got := c.readActs(t, ben); got != "make-account list list look limit reverse" {
		t.Errorf("it reads %q", got)
	}
	faults, err := engine.Check(ctx, engine.CheckConfig{Store: c.store, Codec: wire.Codec{}, Rebuild: true})
	if err != nil || len(faults) > 0 {
		t.Errorf("the store has faults: %v, %v", faults, err)
	}
}

func TestLiftingAtTheConsoleEndsEverySuspensionThatStands(t *testing.T) {
	c := openTestCore(t)
	ctx := t.Context()
	made, err := c.addUser(ctx, AddUser{Username: "parvaneh"})
	if err != nil {
		t.Fatal(err)
	}
	suspended := func() string {
		t.Helper()
		a, err := c.store.Account(ctx, account.Find{ID: made.Account})
		if err != nil {
			t.Fatal(err)
		}
		return a.Suspended
	}
	for _, reason := range []string{"spam", "abuse", "", ""} {
		if _, err := c.suspendUser(ctx, SuspendUser{Username: "parvaneh", Reason: reason}); err != nil {
			t.Fatal(err)
		}
		if got := suspended(); got != reason {
			t.Errorf("suspended for %q, not %q", got, reason)
		}
	}
	if got := c.readActs(t, made.Account); got != "make-account suspend suspend reverse reverse" {
		t.Errorf("it reads %q", got)
	}
}
