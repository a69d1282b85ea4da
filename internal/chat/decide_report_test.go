// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestADecisionDoesNothingButWhatItSays decides at random, as anybody and as an operator: whatever comes of
// it joins, adds, marks and reads nothing, and touches no chat that is not public (R10, R15, R20).
func TestADecisionDoesNothingButWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := func(name string, most int) int { return rapid.IntRange(0, most).Draw(t, name) }
		flip := func(name string) bool { return rapid.Bool().Draw(t, name) }
		by := Actor{Account: AccountID(1 + number("by", 3)), Scopes: AllScopes, Operator: flip("operator")}
		about := AccountID(number("about", 4))
		f := Facts{
			Chat: Chat{ID: ChatID(number("chat", 1)), Type: ChatType(1 + number("type", 4)), Down: flip("down")},
			Refs: map[Seq]Ref{
				3: {Kind: KindMessage, Author: about, Body: &Message{Text: "x"}},
				4: {Kind: KindChatPhoto, Body: &Photo{}},
			},
			Case: Case{
				Named: []Seq{3}, Authors: []AccountID{about}, Owner: AccountID(number("owner", 4)), Head: 9,
				Decision: DecisionState{
					Decision: 5, Account: about, Act: Act(number("was", 7)), Appeal: Appealed(number("appeal", 3)),
				},
			},
		}
		if flip("public") {
			f.Chat.Name = "public_name"
		}
		f.Person.ID, f.Person.Privacy.Photo = about, PhotoAudience(number("audience", 2))
		f.Case.Photos = []PlacedPhoto{{Seq: 4}}
		c := Judge{
			Account: about, Act: Act(number("act", 9)), Decision: Seq(4 + number("decision", 2)),
			Reason: rapid.SampledFrom([]string{"spam", "", "other"}).Draw(t, "reason"),
			Until:  noon + Millis(number("until", 2)),
		}
		if flip("reported") {
			c.Reports = []Seq{1}
			f.Case.Reports = []ReportState{{Report: 1, Account: about, Closed: Millis(number("closed", 1))}}
		}
		if flip("messages") {
			c.Seqs = []Seq{3}
		}
		if flip("photos") {
			c.Photos = []Seq{Seq(3 + number("photo", 2))}
		}
		events, err := Decide(f, by, c, noon)
		if !by.Operator && CodeOf(err) != CodeForbidden {
			t.Fatalf("somebody who is no operator decides: %v", err)
		}
		if err != nil && len(events) > 0 {
			t.Fatalf("refused, and %d events", len(events))
		}
		judgeEvents(t, f, events)
	})
}

func judgeEvents(t *rapid.T, f Facts, events []Event) {
	public := f.Chat.Public() && (f.Chat.Type == Group || f.Chat.Type == Channel)
	for i, e := range events {
		allowed := map[LogKind][]Kind{
			ServerLog: {KindDecision}, StaffLog: {KindOperatorAct},
			UserLog: {KindOperatorAct, KindAccountPhotoRemoved},
			ChatLog: {KindDelete, KindChatInfo, KindChatPhotoRemoved},
		}[e.Log.Kind()]
		if !slices.Contains(allowed, e.Env.Kind) {
			t.Fatalf("kind %d in %s", e.Env.Kind, e.Log)
		}
		if (i == 0) != (e.Log.Kind() == ServerLog) {
			t.Fatalf("event %d is in %s: the decision goes first", i, e.Log)
		}
		if e.Log.Kind() == ChatLog && !public && !f.Chat.Down {
			t.Fatalf("it changes a chat that is not public")
		}
		shows := f.Person.Privacy.Photo
		if e.Env.Kind == KindAccountPhotoRemoved && (shows != PhotoEverybody || e.Env.Target != 4) {
			t.Fatalf("it erases %d, of somebody who shows photos to audience %d", e.Env.Target, shows)
		}
	}
}

// REP-4
func TestOnlyPhotosThatEverybodySeesAreTakenDown(t *testing.T) {
	person := Facts{
		Person: Person{ID: 5},
		Case:   Case{Reports: []ReportState{{Report: 1, Account: 5}}, Photos: []PlacedPhoto{{Seq: 8}, {Seq: 6}}},
	}
	operator := Actor{Account: 1, Scopes: AllScopes, Operator: true}
	c := Judge{Reports: []Seq{1}, Account: 5, Act: ActTakeDown, Reason: "sexual", Photos: []Seq{6, 9}}
	says := func(f Facts, c Judge) (kinds []Kind, err error) {
		events, err := Decide(f, operator, c, noon)
		for _, e := range events {
			kinds = append(kinds, e.Env.Kind)
		}
		return kinds, err
	}
	got, err := says(person, c)
	want := []Kind{KindDecision, KindAccountPhotoRemoved, KindOperatorAct}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("of a person: %v, %v", got, err)
	}
	for name, is := range map[string]struct {
		change func(*Facts, *Judge)
		code   Code
	}{
		"for contacts":     {func(f *Facts, _ *Judge) { f.Person.Privacy.Photo = PhotoContacts }, CodeForbidden},
		"of another":       {func(f *Facts, _ *Judge) { f.Case.Reports[0].Account = 4 }, CodeBadRequest},
		"gone":             {func(_ *Facts, c *Judge) { c.Photos = []Seq{9} }, CodeTargetGone},
		"twice":            {func(_ *Facts, c *Judge) { c.Photos = []Seq{6, 6} }, CodeBadRequest},
		"and messages":     {func(_ *Facts, c *Judge) { c.Seqs = []Seq{3} }, CodeBadRequest},
		"of nobody":        {func(f *Facts, c *Judge) { f.Person.ID, c.Account = 0, 0 }, CodeNotFound},
		"too many at once": {func(_ *Facts, c *Judge) { c.Photos = make([]Seq, MaxTargets+1) }, CodeTooMany},
	} {
		f, c := person, c
		f.Case.Reports = slices.Clone(f.Case.Reports)
		is.change(&f, &c)
		if got, err := says(f, c); CodeOf(err) != is.code || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}

	room := Facts{
		Chat: Chat{ID: 7, Type: Channel, Name: "shop"}, Refs: map[Seq]Ref{4: {Kind: KindChatPhoto, Body: &Photo{}}},
		Case: Case{Reports: []ReportState{{Report: 1, Chat: 7}}, Owner: 2, Owned: []AccountID{3}},
	}
	c = Judge{Reports: []Seq{1}, Act: ActTakeDown, Reason: "sexual", Photos: []Seq{4}}
	events, err := Decide(room, operator, c, noon)
	if err != nil || len(events) != 5 || events[0].Body.(*Decision).Account != 3 {
		t.Fatalf("of a channel: %+v, %v", events, err)
	}
	room.Chat.Name = ""
	if _, err := says(room, c); CodeOf(err) != CodeForbidden {
		t.Errorf("of a private channel: %v", err)
	}
}

// TestOneListNamesEveryReason keeps the published list in order.
func TestOneListNamesEveryReason(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Causes() {
		if seen[c.Code] || c.English == "" || c.Persian == "" || !c.Report && !c.Decision {
			t.Errorf("%+v", c)
		}
		seen[c.Code] = true
	}
	for a, name := range actNames {
		if ActOf(name) != a {
			t.Errorf("%s is act %d", name, ActOf(name))
		}
	}
}
