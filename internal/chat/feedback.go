// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "slices"

// Feedback is what somebody says about the app and the server, in their own words.
type Feedback struct {
	Category          string // idea, problem or other
	Text              string
	Version, Platform string // only where the person chose to say
}

// FeedbackState is what an operator says of feedback.
type FeedbackState struct {
	Status string // new, planned, doing, done or declined
	Title  string // in the operator's words, for everybody; empty: it is not public
}

// FeedbackCategories are what feedback may be.
func FeedbackCategories() []string { return []string{"idea", "problem", "other"} }

// FeedbackStatuses are how feedback may stand; the first is that of what nobody has looked at.
func FeedbackStatuses() []string { return []string{"new", "planned", "doing", "done", "declined"} }

func (*Feedback) body()      {}
func (*FeedbackState) body() {}

// GiveFeedback writes feedback into the server log.
type GiveFeedback struct{ Feedback Feedback }

// SetFeedback says how feedback stands; operators alone. The engine has looked whether it is there.
type SetFeedback struct {
	Target Seq
	Known  bool
	State  FeedbackState
}

// VoteFeedback says that the actor wants something of the public list too, or not any more.
type VoteFeedback struct {
	Target   Seq
	Withdraw bool
}

// Board is what the actor gave and voted for so far, beside a new word of it.
type Board struct {
	Public bool   // what is voted for is on the public list
	Voted  bool   // the actor wants it already
	Day    uint32 // feedback, or votes and withdrawals, in the last 24 hours
	Free   Millis // when the oldest of them is that old
}

func decideGiveFeedback(d *decision, c GiveFeedback) error {
	f := c.Feedback
	if !slices.Contains(FeedbackCategories(), f.Category) {
		return fieldError(CodeBadRequest, "category", "no such category")
	}
	var err error
	if f.Text, _, err = cleanText(f.Text, MaxFeedback); err != nil {
		return err
	}
	for _, short := range []*string{&f.Version, &f.Platform} {
		if *short == "" {
			continue
		}
		if *short, _, err = cleanText(*short, MaxFeedbackWord); err != nil {
			return err
		}
	}
	if b := d.Board; b.Day >= MaxFeedbackADay {
		return &Error{Code: CodeRateLimited, Text: "too much feedback in a day", Retry: max(b.Free-d.now, 1)}
	}
	d.log(KindFeedback, Envelope{Silent: true}, &f)
	d.counted = true
	return nil
}

func decideSetFeedback(d *decision, c SetFeedback) error {
	switch {
	case !d.by.Operator && !d.by.Server:
		return Errorf(CodeForbidden, "only who runs the server says how feedback stands")
	case !c.Known:
		return fieldError(CodeNotFound, "number", "no such feedback")
	case !slices.Contains(FeedbackStatuses(), c.State.Status):
		return fieldError(CodeBadRequest, "status", "no such status")
	}
	if c.State.Title != "" {
		var err error
		if c.State.Title, _, err = cleanText(c.State.Title, MaxFeedbackTitle); err != nil {
			return err
		}
	}
	d.log(KindFeedbackState, Envelope{Target: c.Target}, &c.State)
	return nil
}

func decideVoteFeedback(d *decision, c VoteFeedback) error {
	b := d.Board
	switch {
	case !b.Public:
		return fieldError(CodeNotFound, "number", "nothing of the public list")
	case b.Voted == !c.Withdraw:
		return nil
	case b.Day >= MaxVotesADay:
		return &Error{Code: CodeRateLimited, Text: "too many votes in a day", Retry: max(b.Free-d.now, 1)}
	}
	kind := KindFeedbackVote
	if c.Withdraw {
		kind = KindFeedbackUnvote
	}
	d.log(kind, Envelope{Target: c.Target, Silent: true}, nil)
	d.counted = true
	return nil
}
