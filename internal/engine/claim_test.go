// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// NAME-2
func TestWhetherANameIsFreeIsSaidAsTakingItWouldSay(t *testing.T) {
	b := newBed(t)
	ana, eve := b.person("paul_a"), b.person("eve_e")
	room := b.room(chat.Channel, ana, eve)
	named := b.open(ana, room.Log(), chat.RightRead).Chat().Name
	free := func(who chat.Actor, c engine.Claim, want chat.Code) {
		t.Helper()
		err := b.MayClaim(t.Context(), who, c)
		if chat.CodeOf(err) != want || err != nil && want == 0 {
			t.Errorf("%+v by %d: %v, not %v", c, who.Account, err, want)
		}
	}
	free(eve, engine.Claim{Name: "nobody_yet"}, 0)
	free(eve, engine.Claim{Name: "four"}, chat.CodeNameInvalid)
	free(eve, engine.Claim{Name: "telegram"}, chat.CodeNameTaken) // reserved
	for name, want := range map[string]chat.Code{"paul_a": chat.CodeNameTaken, "PAUL_A": chat.CodeNameTaken,
		"pauI_a": chat.CodeNameConfusable, named: chat.CodeNameTaken} {
		free(eve, engine.Claim{Name: name}, want)
		free(eve, engine.Claim{Name: name, New: true}, want)
	}
	// One's own, and what looks like it, is free to oneself alone, and for nothing else of one's own.
	free(ana, engine.Claim{Name: "Paul_A"}, 0)
	free(ana, engine.Claim{Name: "pauI_a"}, 0)
	free(ana, engine.Claim{Name: "paul_a", New: true}, chat.CodeNameTaken)
	free(ana, engine.Claim{Name: "paul_a", Room: room}, chat.CodeNameTaken)
	free(ana, engine.Claim{Name: named, Room: room}, 0)
	free(ana, engine.Claim{Name: named}, chat.CodeNameTaken)
	// What was given up rests for others.
	if err := b.named(ana, "other_one", time.Now()); err != nil {
		t.Fatal(err)
	}
	free(ana, engine.Claim{Name: "paul_a"}, 0)
	free(eve, engine.Claim{Name: "paul_a"}, chat.CodeNameResting)
	// For a chat the owner alone asks.
	free(eve, engine.Claim{Name: "nobody_yet", Room: room}, chat.CodeForbidden)
	free(ana, engine.Claim{Name: "nobody_yet", Room: room, New: true}, chat.CodeBadRequest)
	blind := eve
	blind.Scopes = chat.ScopeRead
	free(blind, engine.Claim{Name: "nobody_yet"}, chat.CodeScopeMissing)
}

// NAME-2
func TestAskingWhetherANameIsFreeCostsALookUpAndOnesOwnNothing(t *testing.T) {
	b := newBed(t, func(c *engine.Config) {
		c.Lookups.Account = engine.Allowance{Burst: 2, Every: time.Hour}
	})
	ana := b.person("paul_a")
	ask := func(name string) error { return b.MayClaim(t.Context(), ana, engine.Claim{Name: name}) }
	for _, name := range []string{"first_one", "second_one", "First_One", "paul_a", "four", "telegram"} {
		if err := ask(name); chat.CodeOf(err) == chat.CodeRateLimited {
			t.Errorf("%s: %v", name, err)
		}
	}
	codeIs(t, ask("third_one"), chat.CodeRateLimited)
	codeIs(t, b.named(ana, "third_one", time.Now()), chat.CodeRateLimited) // as taking it
	if err := ask("second_one"); err != nil {
		t.Errorf("the same again: %v", err)
	}
}
