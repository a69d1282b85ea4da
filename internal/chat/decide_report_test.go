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
			Refs: map[Seq]Ref{3: {Kind: KindMessage, Author: about, Body: &Message{Text: "x"}}},
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
		f.Person.ID = about
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
			ServerLog: {KindDecision}, UserLog: {KindOperatorAct}, StaffLog: {KindOperatorAct},
			ChatLog: {KindDelete, KindChatInfo},
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
