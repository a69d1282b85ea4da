// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// FB-1 FB-2
func TestFeedbackIsPublicOnlyInTheWordsOfAnOperator(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_first"), b.person("ben_second")
	op := ben
	op.Operator = true
	given := chat.Feedback{Category: "idea", Text: " polls, as Sara told me in private ", Version: "1.2"}
	key := b.key()
	first, err := b.GiveFeedback(t.Context(), ana, given, key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.GiveFeedback(t.Context(), ana, given, key)
	if err != nil || again.Seq != first.Seq || !again.Repeated {
		t.Errorf("the retry got %+v, %v", again, err)
	}
	if _, err := b.Feedback(t.Context(), ana); chat.CodeOf(err) != chat.CodeForbidden {
		t.Errorf("somebody reads it: %v", err)
	}
	state := chat.FeedbackState{Status: "planned"}
	set := func(who chat.Actor, number chat.Seq) error {
		_, err := b.SetFeedback(t.Context(), who, number, state, b.key())
		return err
	}
	if err := set(ana, first.Seq); chat.CodeOf(err) != chat.CodeForbidden {
		t.Errorf("somebody says how it stands: %v", err)
	}
	list, err := b.Feedback(t.Context(), op)
	if err != nil || len(list) != 1 || list[0].Given.Text != strings.TrimSpace(given.Text) ||
		list[0].State.Status != "new" {
		t.Fatalf("the operator reads %+v, %v", list, err)
	}
	if err := set(op, first.Seq); err != nil {
		t.Fatal(err)
	}
	if public, err := b.PublicFeedback(t.Context(), chat.Actor{}); err != nil || len(public) != 0 {
		t.Errorf("without words of the operator everybody reads %+v, %v", public, err)
	}
	state.Title = "Polls in groups"
	if err := set(op, first.Seq); err != nil {
		t.Fatal(err)
	}
	public, err := b.PublicFeedback(t.Context(), chat.Actor{})
	if err != nil || len(public) != 1 || public[0].State != state || public[0].Given.Text != "" ||
		public[0].Given.Version != "" {
		t.Errorf("everybody reads %+v, %v", public, err)
	}
	if err := set(op, first.Seq+99); chat.CodeOf(err) != chat.CodeNotFound {
		t.Errorf("of what is not there: %v", err)
	}
	// Another engine, as after a restart, reads the same.
	e, err := engine.Start(t.Context(), engine.Config{Store: b.store, Codec: wireCodec, Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	list, err = e.PublicFeedback(t.Context(), chat.Actor{})
	if err != nil || len(list) != 1 || list[0].State != state {
		t.Errorf("after a restart everybody reads %+v, %v", list, err)
	}
}

// FB-1
func TestAnAccountGivesSoMuchFeedbackInADayAndNoMore(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_first"), b.person("ben_second")
	give := func(who chat.Actor) error {
		_, err := b.GiveFeedback(t.Context(), who, chat.Feedback{Category: "other", Text: "x"}, b.key())
		return err
	}
	for range chat.MaxFeedbackADay {
		if err := give(ana); err != nil {
			t.Fatal(err)
		}
	}
	if err := give(ana); chat.CodeOf(err) != chat.CodeRateLimited {
		t.Errorf("one more: %v", err)
	}
	if err := give(ben); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	for f, code := range map[chat.Feedback]chat.Code{
		{Category: "spam", Text: "x"}:                                         chat.CodeBadRequest,
		{Category: "idea", Text: " "}:                                         chat.CodeBadText,
		{Category: "idea", Text: strings.Repeat("long ", chat.MaxFeedback/4)}: chat.CodeTextTooLong,
		{Category: "idea", Text: "x", Version: strings.Repeat("9", 200)}:      chat.CodeTextTooLong,
	} {
		if _, err := b.GiveFeedback(t.Context(), ben, f, b.key()); chat.CodeOf(err) != code {
			t.Errorf("%.30q: %v", f.Category+f.Text, err)
		}
	}
}

// FB-4
func TestAnAccountVotesOnceForWhatIsPublicAndNobodyIsToldWhoDid(t *testing.T) {
	b := newBed(t)
	ana, ben, op := b.person("ana_first"), b.person("ben_second"), b.person("op_third")
	op.Operator = true
	given, err := b.GiveFeedback(t.Context(), ana, chat.Feedback{Category: "idea", Text: "polls"}, b.key())
	if err != nil {
		t.Fatal(err)
	}
	vote := func(who chat.Actor, withdraw bool, key chat.Key) (engine.Receipt, error) {
		return b.VoteFeedback(t.Context(), who, given.Seq, withdraw, key)
	}
	if _, err := vote(ben, false, b.key()); chat.CodeOf(err) != chat.CodeNotFound {
		t.Errorf("what is not public: %v", err)
	}
	state := chat.FeedbackState{Status: "planned", Title: "Polls"}
	if _, err := b.SetFeedback(t.Context(), op, given.Seq, state, b.key()); err != nil {
		t.Fatal(err)
	}
	counts := func(e *engine.Engine, who chat.Actor, votes int, mine bool) {
		t.Helper()
		list, err := e.PublicFeedback(t.Context(), who)
		if err != nil || len(list) != 1 || list[0].Votes != votes || list[0].Mine != mine {
			t.Errorf("%d reads %+v, %v; want %d votes, own %v", who.Account, list, err, votes, mine)
		}
	}
	phone := ben
	if phone.Device, err = b.NewDevice(t.Context()); err != nil {
		t.Fatal(err)
	}
	key := b.key()
	for _, who := range []chat.Actor{ben, phone, ben} {
		if _, err := vote(who, false, key); err != nil {
			t.Fatal(err)
		}
	}
	if again, err := vote(ben, false, b.key()); err != nil || again.Seq != 0 {
		t.Errorf("a second vote is stored: %+v, %v", again, err)
	}
	counts(b.Engine, ben, 1, true)
	counts(b.Engine, ana, 1, false)
	counts(b.Engine, chat.Actor{}, 1, false)
	if _, err := vote(ana, false, b.key()); err != nil {
		t.Fatal(err)
	}
	if _, err := vote(phone, true, b.key()); err != nil {
		t.Fatal(err)
	}
	e, err := engine.Start(t.Context(), engine.Config{Store: b.store, Codec: wireCodec, Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	counts(e, ben, 1, false)
	counts(e, ana, 1, true)
	for i := range chat.MaxVotesADay {
		if _, err = vote(ben, i%2 == 1, b.key()); err != nil {
			break
		}
	}
	codeIs(t, err, chat.CodeRateLimited)
	counts(b.Engine, chat.Actor{}, 1, false)
}
