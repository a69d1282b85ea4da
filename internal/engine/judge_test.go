// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// court is a bed with an operator and people who suspend and are suspended.
type court struct {
	*bed
	operator  chat.Actor
	suspended map[chat.AccountID]string
	// beforeSuspending, where set, is called before somebody is suspended.
	beforeSuspending func()
}

func newCourt(t *testing.T, change ...func(*engine.Config)) *court {
	t.Helper()
	c := &court{suspended: map[chat.AccountID]string{}}
	c.bed = newBed(t, func(cfg *engine.Config) {
		for _, f := range change {
			f(cfg)
		}
		cfg.Poll = 24 * time.Hour // months pass in these tests
		cfg.Suspend = func(ctx context.Context, id chat.AccountID, reason string) error {
			if c.beforeSuspending != nil {
				c.beforeSuspending()
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if c.suspended[id] = reason; reason == "" {
				delete(c.suspended, id)
			}
			return nil
		}
	})
	c.operator = c.person("operator_o")
	c.operator.Operator = true
	return c
}

// report reports to the operator.
func (c *court) report(who chat.Actor, r chat.Report) chat.Seq {
	c.t.Helper()
	r.Desk, r.Reason = chat.DeskOperator, "abuse"
	n, _, err := c.Report(c.t.Context(), who, r, c.key())
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// judge decides as the operator.
func (c *court) judge(j chat.Judge, room chat.ChatID) (chat.Seq, error) {
	c.t.Helper()
	if j.Reason == "" {
		j.Reason = "abuse"
	}
	return c.Judge(c.t.Context(), c.operator, j, room, c.key())
}

// ruled decides and may not fail.
func (c *court) ruled(j chat.Judge, room chat.ChatID) chat.Seq {
	c.t.Helper()
	n, err := c.judge(j, room)
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// tries runs a command of somebody in a chat.
func (c *court) tries(who chat.Actor, room chat.ChatID, cmd chat.Command) error {
	c.t.Helper()
	_, err := c.do(who, room.Log(), cmd)
	return err
}

// acts lists what an account reads of the operator's acts, the oldest first.
func (c *court) acts(who chat.Actor) (list []engine.ActView) {
	c.t.Helper()
	list, err := c.Acts(c.t.Context(), who, 0, 200)
	if err != nil {
		c.t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

// told names what an account reads of the operator's acts, in their order.
func (c *court) told(who chat.Actor) string {
	c.t.Helper()
	var words []string
	for _, a := range c.acts(who) {
		words = append(words, a.Act.Act.String())
	}
	return strings.Join(words, " ")
}

// heard names the notices of an account's service chat.
func (c *court) heard(who chat.Actor) string {
	c.t.Helper()
	room := c.service(who)
	if room == 0 {
		return ""
	}
	page, err := c.open(who, room.Log(), chat.RightRead).Page(c.t.Context(), engine.PageQuery{Limit: 100})
	if err != nil {
		c.t.Fatal(err)
	}
	var words []string
	for _, it := range page.Items {
		body, err := wireCodec.Decode(it.Env.Kind, it.Current())
		if err != nil {
			c.t.Fatal(err)
		}
		if m, ok := body.(*chat.Message); ok && m.Wording != nil {
			words = append(words, m.Wording.Code)
		}
	}
	return strings.Join(words, " ")
}

// REP-1 REP-3
func TestAReportRevealsWhatItsAuthorChoseAndNothingElse(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room := c.room(chat.Group, ana, ben)
	c.say(ben, room, "hello")
	bad := c.say(ben, room, "an insult").Seq
	secret := c.say(ana, room, "a secret").Seq
	n := c.report(ana, chat.Report{Chat: room, Seqs: []chat.Seq{bad}, Comment: "look"})
	c.must(ben, room.Log(), chat.Edit{Target: bad, Text: "something kind"})
	v, err := c.Case(t.Context(), c.operator, n)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Body.Revealed) != 1 || v.Body.Revealed[0].Author != ben.Account || v.Account != ben.Account ||
		v.Reporter != ana.Account || v.Body.Comment != "look" {
		t.Fatalf("the case shows %+v", v)
	}
	body, err := wireCodec.Decode(chat.KindMessage, v.Body.Revealed[0].Body)
	if m, ok := body.(*chat.Message); err != nil || !ok || m.Text != "an insult" {
		t.Errorf("it reveals %v, %v: the message as it stood was reported", body, err)
	}
	if c.told(ben) != "look" || c.told(ana) != "" {
		t.Errorf("ben is told %q, ana %q", c.told(ben), c.told(ana))
	}
	if look := c.acts(ben)[0].Act; look.Messages != 1 || look.Chat != room || look.Reason != "abuse" {
		t.Errorf("ben reads %+v", look)
	}
	for _, seq := range []chat.Seq{secret, 99} {
		_, err := c.judge(chat.Judge{Reports: []chat.Seq{n}, Account: ben.Account, Act: chat.ActTakeDown,
			Seqs: []chat.Seq{seq}}, room)
		codeIs(t, err, chat.CodeBadRequest)
	}
}

// REP-1
func TestWhatWaitsIsNotReportedTwiceAndADayHasItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCourt(t)
		ana, ben := c.person("ana_a"), c.person("ben_b")
		room := c.room(chat.Group, ana, ben)
		one, two := c.say(ben, room, "one").Seq, c.say(ben, room, "two").Seq
		r := chat.Report{Chat: room, Seqs: []chat.Seq{one, two}, Desk: chat.DeskOperator, Reason: "spam"}
		key := c.key()
		first, repeated, err := c.Report(t.Context(), ana, r, key)
		if err != nil || repeated {
			t.Fatal(first, repeated, err)
		}
		c.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleBanned})
		for _, k := range []chat.Key{key, c.key()} {
			r.Seqs = []chat.Seq{two}
			if n, again, err := c.Report(t.Context(), ana, r, k); n != first || !again || err != nil {
				t.Errorf("reported again it is %d, %t, %v", n, again, err)
			}
		}
		for i := range chat.MaxReportsADay - 1 {
			r.Seqs = []chat.Seq{c.say(ana, room, fmt.Sprint(i)).Seq}
			r.Account = ben.Account
			if _, _, err := c.Report(t.Context(), ana, r, c.key()); err != nil {
				t.Fatalf("report %d: %v", i+2, err)
			}
		}
		r.Seqs = []chat.Seq{c.say(ana, room, "last").Seq}
		_, _, err = c.Report(t.Context(), ana, r, c.key())
		codeIs(t, err, chat.CodeRateLimited)
		time.Sleep(24 * time.Hour)
		if _, _, err = c.Report(t.Context(), ana, r, c.key()); err != nil {
			t.Errorf("the day after: %v", err)
		}
	})
}

func TestOnlyWhatCanBeReportedIs(t *testing.T) {
	c := newCourt(t)
	ana, ben, eve := c.person("ana_a"), c.person("ben_b"), c.person("eve_e")
	c.must(eve, eve.Account.Log(), chat.SetProfile{Profile: chat.Profile{Name: "Eve"}}) // no username: unseen
	room := c.room(chat.Group, ben, ana)
	said := c.say(ben, room, "x").Seq
	c.must(ben, room.Log(), chat.SetInfo{Change: chat.InfoChange{Name: new(string)}}) // private from here on
	c.tell(ana, "hello", c.key())
	for name, q := range map[string]struct {
		r    chat.Report
		code chat.Code
	}{
		"nothing":       {chat.Report{}, chat.CodeBadRequest},
		"oneself":       {chat.Report{Account: ana.Account}, chat.CodeBadRequest},
		"nobody":        {chat.Report{Account: 999}, chat.CodeNotFound},
		"never met":     {chat.Report{Account: eve.Account}, chat.CodeNotFound},
		"no chat":       {chat.Report{Account: ben.Account, Seqs: []chat.Seq{1}}, chat.CodeBadRequest},
		"gone":          {chat.Report{Chat: room, Seqs: []chat.Seq{said, 99}}, chat.CodeTargetGone},
		"no message":    {chat.Report{Chat: room, Seqs: []chat.Seq{1}}, chat.CodeTargetGone},
		"the server":    {chat.Report{Chat: c.service(ana)}, chat.CodeForbidden},
		"no such place": {chat.Report{Chat: 999}, chat.CodeNotFound},
	} {
		q.r.Desk, q.r.Reason = chat.DeskOperator, "spam"
		_, _, err := c.Report(t.Context(), ana, q.r, c.key())
		if chat.CodeOf(err) != q.code {
			t.Errorf("%s: %v, not %v", name, err, q.code)
		}
	}
	closed := chat.Report{Chat: room, Desk: chat.DeskOperator, Reason: "spam"}
	_, _, err := c.Report(t.Context(), eve, closed, c.key())
	codeIs(t, err, chat.CodeNotFound) // as for what is not there
	r := chat.Report{Account: ben.Account, Desk: chat.DeskOperator, Reason: "because"}
	_, _, err = c.Report(t.Context(), ana, r, c.key())
	codeIs(t, err, chat.CodeBadRequest)
}

// REP-2
func TestAGroupsAdminsReadReportsWithoutWhoReported(t *testing.T) {
	c := newCourt(t)
	ana, ben, kay := c.person("ana_a"), c.person("ben_b"), c.person("kay_k")
	room := c.room(chat.Group, ana, ben, kay)
	bad := c.say(ben, room, "x").Seq
	r := chat.Report{Chat: room, Seqs: []chat.Seq{bad}, Desk: chat.DeskAdmins, Reason: "spam", Comment: "again"}
	n, _, err := c.Report(t.Context(), kay, r, c.key())
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Open(t.Context(), ben, room.Staff(), chat.RightStaff)
	codeIs(t, err, chat.CodeForbidden)
	_, err = c.Open(t.Context(), c.operator, room.Staff(), chat.RightStaff)
	codeIs(t, err, chat.CodeNotMember)
	staff := c.open(ana, room.Staff(), chat.RightStaff)
	list, err := staff.Reports(t.Context(), false, 0, 10)
	if err != nil || len(list) != 1 || list[0].Reporter != 0 || list[0].Body.Comment != "again" ||
		list[0].Account != ben.Account || len(list[0].Body.Revealed) != 0 {
		t.Fatalf("admins read %+v, %v", list, err)
	}
	page, err := staff.Page(t.Context(), engine.PageQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range page.Items {
		if it.Env.Kind == chat.KindReport && (it.Author != 0 || !it.Key.IsZero()) {
			t.Errorf("the staff log shows that %d reported", it.Author)
		}
	}
	if _, err := c.open(kay, room.Log(), chat.RightSend).CloseReport(t.Context(), n, c.key()); err == nil {
		t.Error("the reporter closed it")
	}
	for range 2 {
		if _, err := staff.CloseReport(t.Context(), n, c.key()); err != nil {
			t.Fatal(err)
		}
	}
	own, err := c.OwnReports(t.Context(), kay)
	if err != nil || len(own) != 1 || own[0].Closed == 0 {
		t.Errorf("its author sees %+v, %v", own, err)
	}
	if list, err := c.Cases(t.Context(), c.operator, true, 0, 10); err != nil || len(list.Reports) != 0 {
		t.Errorf("the operator sees %+v, %v", list, err)
	}
}

// REP-4 REP-5
func TestALimitBindsWhereStrangersAreReachedAndEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCourt(t)
		ana, ben, kay := c.person("ana_a"), c.person("ben_b"), c.person("kay_k")
		public, private := c.room(chat.Group, ana, ben), c.room(chat.Group, ana, ben)
		c.must(ana, private.Log(), chat.SetInfo{Change: chat.InfoChange{Name: new(string)}})
		old, err := c.OpenDirect(t.Context(), ben, ana.Account, c.key())
		if err != nil {
			t.Fatal(err)
		}
		c.say(ben, old, "hello")
		c.say(ana, old, "hello, ben") // no stranger any more
		mine := c.say(ben, public, "buy!").Seq
		lone, err := c.OpenDirect(t.Context(), ben, kay.Account, c.key())
		if err != nil {
			t.Fatal(err)
		}
		n := c.report(ana, chat.Report{Chat: public, Seqs: []chat.Seq{mine}})
		until := chat.Millis(time.Now().Add(48 * time.Hour).UnixMilli())
		c.ruled(chat.Judge{Reports: []chat.Seq{n}, Account: ben.Account, Act: chat.ActLimit, Until: until}, 0)
		for name, try := range map[string]func() error{
			"a public group": func() error { return c.tries(ben, public, chat.Send{Text: "x"}) },
			"an edit there":  func() error { return c.tries(ben, public, chat.Edit{Target: mine, Text: "x"}) },
			"the first word": func() error { return c.tries(ben, lone, chat.Send{Text: "x"}) },
			"a new chat": func() error {
				_, err := c.OpenDirect(t.Context(), ben, c.operator.Account, c.key())
				return err
			},
			"an invitation": func() error { return c.tries(ben, private, chat.Invite{Account: kay.Account}) },
			"a forward": func() error {
				_, errs := c.Forward(t.Context(), ben, engine.Forward{From: old, Seqs: []chat.Seq{3}, To: public,
					Keys: []chat.Key{c.key()}})
				return errs[0]
			},
		} {
			if err := try(); chat.CodeOf(err) != chat.CodeLimited {
				t.Errorf("%s: %v", name, err)
			}
		}
		c.say(ben, private, "friends still hear me")
		c.say(ben, old, "and you")
		state, _, err := c.State(t.Context(), ben)
		if err != nil || state.Limit.Until != until || state.Limit.Reason != "abuse" {
			t.Errorf("the state says %+v, %v", state.Limit, err)
		}
		if c.told(ben) != "limit" || c.heard(ben) != "limited" {
			t.Errorf("ben reads %q and hears %q", c.told(ben), c.heard(ben))
		}
		time.Sleep(48 * time.Hour)
		c.say(ben, public, "I am back")
	})
}

// REP-4
func TestOnlyWhatIsPublicIsTakenDownAndItsStaffAndOwnerLearnOfIt(t *testing.T) {
	c := newCourt(t)
	ana, ben, kay := c.person("ana_a"), c.person("ben_b"), c.person("kay_k")
	room := c.room(chat.Group, ana, ben, kay)
	bad, own := c.say(ben, room, "an insult").Seq, c.say(kay, room, "an answer").Seq
	n := c.report(kay, chat.Report{Chat: room, Seqs: []chat.Seq{bad, own}})
	down := chat.Judge{Reports: []chat.Seq{n}, Act: chat.ActTakeDown, Seqs: []chat.Seq{bad}}
	for name, who := range map[string]chat.Actor{"the owner": ana, "the reporter": kay} {
		if _, err := c.Judge(t.Context(), who, down, room, c.key()); chat.CodeOf(err) != chat.CodeForbidden {
			t.Errorf("%s decides: %v", name, err)
		}
	}
	made := c.ruled(down, room)
	if got := c.texts(ana, room); len(got) != 1 || got[0] != "an answer" {
		t.Errorf("the group reads %q", got)
	}
	if c.told(ben) != "take-down" || c.told(ana) != "take-down" || c.told(kay) != "" {
		t.Errorf("ben reads %q, ana %q, kay %q", c.told(ben), c.told(ana), c.told(kay))
	}
	if acts := c.acts(ana); acts[0].Appealable || !c.acts(ben)[0].Appealable {
		t.Error("not its author alone may appeal")
	}
	page, err := c.open(ana, room.Staff(), chat.RightStaff).Page(t.Context(), engine.PageQuery{Limit: 10})
	if err != nil || page.Items[len(page.Items)-1].Env.Kind != chat.KindOperatorAct {
		t.Errorf("the staff reads %+v, %v", page.Items, err)
	}
	c.ruled(chat.Judge{Act: chat.ActReverse, Decision: made}, 0)
	if c.heard(ben) != "taken_down decision_reversed message_returned" {
		t.Errorf("ben hears %q", c.heard(ben))
	}
	if back := c.texts(ben, c.service(ben)); back[len(back)-1] != "an insult" {
		t.Errorf("given back: %q", back)
	}

	c.must(ana, room.Log(), chat.SetInfo{Change: chat.InfoChange{Name: new(string)}})
	worse := c.say(ben, room, "worse").Seq
	n = c.report(kay, chat.Report{Chat: room, Seqs: []chat.Seq{worse}})
	down.Reports, down.Seqs = []chat.Seq{n}, []chat.Seq{worse}
	_, err = c.judge(down, room)
	codeIs(t, err, chat.CodeForbidden)
}

// REP-4
func TestAPublicNameThatWasTakenDownComesBackWhenTheDecisionIsReversed(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room := c.room(chat.Channel, ana, ben)
	name := c.open(ana, room.Log(), chat.RightRead).Chat().Name
	n := c.report(ben, chat.Report{Chat: room})
	made := c.ruled(chat.Judge{Reports: []chat.Seq{n}, Act: chat.ActTakeDown}, room)
	if _, err := c.ResolveName(t.Context(), ben, name); err != nil { // a member still reads it
		t.Errorf("its member: %v", err)
	}
	_, err := c.ResolveName(t.Context(), c.operator, name)
	codeIs(t, err, chat.CodeNotMember)
	other := "another_name"
	_, err = c.do(ana, room.Log(), chat.SetInfo{Change: chat.InfoChange{Name: &other}})
	codeIs(t, err, chat.CodeLimited)
	up := false
	_, err = c.do(ana, room.Log(), chat.SetInfo{Change: chat.InfoChange{Down: &up}})
	codeIs(t, err, chat.CodeForbidden)
	_, err = c.Create(t.Context(), ben, engine.NewChat{Type: chat.Channel, Title: "x", Name: name}, c.key())
	codeIs(t, err, chat.CodeNameTaken)
	if c.told(ana) != "take-down" || c.heard(ana) != "taken_down" {
		t.Errorf("the owner reads %q and hears %q", c.told(ana), c.heard(ana))
	}
	c.ruled(chat.Judge{Act: chat.ActReverse, Decision: made}, 0)
	if _, err := c.ResolveName(t.Context(), c.operator, name); err != nil {
		t.Errorf("after it was reversed: %v", err)
	}
	c.must(ana, room.Log(), chat.SetInfo{Change: chat.InfoChange{Name: &other}})
}

// REP-4 REP-6
func TestADecisionIsMadeOnceAppealedOnceAndTakenBackOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCourt(t)
		ana, ben := c.person("ana_a"), c.person("ben_b")
		c.room(chat.Group, ana, ben)
		n := c.report(ana, chat.Report{Account: ben.Account})
		suspend := chat.Judge{Reports: []chat.Seq{n}, Account: ben.Account, Act: chat.ActSuspend, Reason: "abuse"}
		key := c.key()
		var made chat.Seq
		for range 2 { // a retry does the same
			var err error
			if made, err = c.Judge(t.Context(), c.operator, suspend, 0, key); err != nil {
				t.Fatal(err)
			}
		}
		if c.suspended[ben.Account] != "abuse" || c.told(ben) != "suspend" || c.heard(ben) != "suspended" {
			t.Errorf("%v; ben reads %q and hears %q", c.suspended, c.told(ben), c.heard(ben))
		}
		// Asked for once more, after the suspension was cut short, it is the same decision, and carried out.
		delete(c.suspended, ben.Account)
		if again, err := c.judge(suspend, 0); err != nil || again != made || c.suspended[ben.Account] != "abuse" {
			t.Errorf("once more it is decision %d, %v; %v", again, err, c.suspended)
		}
		warn := suspend
		warn.Act = chat.ActWarn
		_, err := c.judge(warn, 0)
		codeIs(t, err, chat.CodeConflict)
		if own, err := c.OwnReports(t.Context(), ana); err != nil || !own[0].Acted {
			t.Errorf("the reporter sees %+v, %v", own, err)
		}
		_, err = c.Appeal(t.Context(), ana, made, "for a friend", c.key())
		codeIs(t, err, chat.CodeNotFound)
		if _, err = c.Appeal(t.Context(), ben, made, "It was not me.", c.key()); err != nil {
			t.Fatal(err)
		}
		_, err = c.Appeal(t.Context(), ben, made, "Again!", c.key())
		codeIs(t, err, chat.CodeConflict)
		list, err := c.Cases(t.Context(), c.operator, false, 0, 10)
		if err != nil || len(list.Appeals) != 1 || list.Appeals[0].Text != "It was not me." {
			t.Fatalf("the operator sees %+v, %v", list, err)
		}
		c.ruled(chat.Judge{Act: chat.ActReverse, Decision: made}, 0)
		if len(c.suspended) != 0 || c.told(ben) != "suspend list reverse" {
			t.Errorf("%v; ben reads %q", c.suspended, c.told(ben))
		}
		_, err = c.judge(chat.Judge{Act: chat.ActReverse, Decision: made}, 0)
		codeIs(t, err, chat.CodeConflict)
		_, err = c.judge(chat.Judge{Act: chat.ActUphold, Decision: made}, 0)
		codeIs(t, err, chat.CodeConflict)

		n = c.report(ana, chat.Report{Account: ben.Account})
		made = c.ruled(chat.Judge{Reports: []chat.Seq{n}, Account: ben.Account, Act: chat.ActWarn}, 0)
		time.Sleep(31 * 24 * time.Hour)
		_, err = c.Appeal(t.Context(), ben, made, "late", c.key())
		codeIs(t, err, chat.CodeForbidden)
	})
}

// pictures lets every upload of a bed be a photo.
func pictures(cfg *engine.Config) {
	cfg.File = func(_ context.Context, _ chat.AccountID, id chat.FileID) (chat.Upload, error) {
		return chat.Upload{ID: id, Hash: chat.Hash{1}, Size: 9, MIME: "image/jpeg", Width: 640, Height: 640,
			Photo: true}, nil
	}
}

// REP-4
func TestADecisionThatTookDownSomethingElseIsNoAnswer(t *testing.T) {
	c := newCourt(t, pictures)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room := c.room(chat.Group, ben, ana)
	name := "walks_01"
	c.must(ben, room.Log(), chat.SetInfo{Change: chat.InfoChange{Name: &name}})
	photo := c.must(ben, room.Log(), chat.SetPhoto{Room: true, File: "face"}).Seq
	bad := c.say(ben, room, "an insult").Seq
	down := chat.Judge{
		Reports: []chat.Seq{c.report(ana, chat.Report{Chat: room, Seqs: []chat.Seq{bad}})},
		Act:     chat.ActTakeDown, Seqs: []chat.Seq{bad},
	}
	made := c.ruled(down, room)
	if again, err := c.judge(down, room); err != nil || again != made {
		t.Errorf("the same once more: %d, %v", again, err)
	}
	for what, change := range map[string]func(*chat.Judge){
		"the name":  func(j *chat.Judge) { j.Seqs = nil },
		"the photo": func(j *chat.Judge) { j.Seqs, j.Photos = nil, []chat.Seq{photo} },
	} {
		other := down
		change(&other)
		if _, err := c.judge(other, room); chat.CodeOf(err) != chat.CodeConflict {
			t.Errorf("%s instead: %v", what, err)
		}
	}
	bad = c.say(ben, room, "no insult").Seq
	dismissed := chat.Judge{
		Reports: []chat.Seq{c.report(ana, chat.Report{Chat: room, Seqs: []chat.Seq{bad}})},
		Act:     chat.ActDismiss, Seqs: []chat.Seq{bad}, // which it does not look at
	}
	made = c.ruled(dismissed, room)
	if again, err := c.judge(dismissed, room); err != nil || again != made {
		t.Errorf("dismissed once more: %d, %v", again, err)
	}
}

// REP-5
func TestWhatWasTakenDownIsToldByWhatItWas(t *testing.T) {
	c := newCourt(t, pictures)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room, name := c.room(chat.Group, ben, ana), "walks_01"
	c.must(ben, room.Log(), chat.SetInfo{Change: chat.InfoChange{Name: &name}})
	photo := c.must(ben, room.Log(), chat.SetPhoto{Room: true, File: "face"}).Seq
	face := c.must(ben, ben.Account.Log(), chat.SetPhoto{File: "face"}).Seq
	bad := c.say(ben, room, "an insult").Seq
	down := func(r chat.Report, j chat.Judge, room chat.ChatID) {
		t.Helper()
		j.Reports, j.Act = []chat.Seq{c.report(ana, r)}, chat.ActTakeDown
		c.ruled(j, room)
	}
	down(chat.Report{Account: ben.Account}, chat.Judge{Account: ben.Account, Photos: []chat.Seq{face}}, 0)
	down(chat.Report{Chat: room, Seqs: []chat.Seq{bad}}, chat.Judge{Seqs: []chat.Seq{bad}}, room)
	down(chat.Report{Chat: room}, chat.Judge{Photos: []chat.Seq{photo}}, room)
	down(chat.Report{Chat: room}, chat.Judge{}, room)
	c.ruled(chat.Judge{Act: chat.ActReverse, Decision: c.acts(ben)[3].Act.Decision}, 0)
	var got []string
	for _, a := range c.acts(ben) {
		got = append(got, fmt.Sprint(a.Act.Act, a.Act.Messages, a.Photos, " ", a.Decision.Name))
	}
	want := []string{
		"take-down 0 true ", "take-down 1 false ", "take-down 0 true ", "take-down 0 false walks_01",
		"reverse 0 false walks_01",
	}
	if !slices.Equal(got, want) {
		t.Errorf("ben reads %q, not %q", got, want)
	}
}

// REP-4
func TestAPhotoThatIsShownToFewMeanwhileIsNotTakenDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := failingBed(t, pictures)
		ana, ben, operator := b.person("ana_a"), b.person("ben_b"), b.person("operator_o")
		operator.Operator = true
		b.room(chat.Group, ana, ben)
		photo := b.must(ben, ben.Account.Log(), chat.SetPhoto{File: "face"}).Seq
		r := chat.Report{Account: ben.Account, Desk: chat.DeskOperator, Reason: "sexual"}
		n, _, err := b.Report(t.Context(), ana, r, b.key())
		if err != nil {
			t.Fatal(err)
		}
		hide := chat.SetPrivacy{Privacy: chat.Privacy{Photo: chat.PhotoContacts}}
		log, keys := b.open(ben, ben.Account.Log(), chat.RightRead), []chat.Key{b.key(), b.key()}
		down := chat.Judge{
			Reports: []chat.Seq{n}, Account: ben.Account, Act: chat.ActTakeDown, Reason: "sexual",
			Photos: []chat.Seq{photo},
		}
		f.gate = make(chan struct{})
		hidden, judged := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := log.Do(t.Context(), hide, keys[0])
			hidden <- err
		}()
		synctest.Wait()
		go func() {
			_, err := b.Judge(t.Context(), operator, down, 0, keys[1])
			judged <- err
		}()
		synctest.Wait() // decided while everybody may see it
		close(f.gate)
		codeIs(t, <-hidden, 0)
		codeIs(t, <-judged, chat.CodeForbidden)
		if left, err := b.store.Photos(t.Context(), ben.Account.Log()); err != nil || len(left) != 1 {
			t.Errorf("%d photos are left, %v", len(left), err)
		}
	})
}

// REP-7
func TestWhatWasRevealedIsErasedThirtyDaysAfterTheCaseWasClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCourt(t)
		ana, ben := c.person("ana_a"), c.person("ben_b")
		room := c.room(chat.Group, ana, ben)
		bad := c.say(ben, room, "an insult").Seq
		n := c.report(ana, chat.Report{Chat: room, Seqs: []chat.Seq{bad}, Comment: "look"})
		made := c.ruled(chat.Judge{Reports: []chat.Seq{n}, Account: ben.Account, Act: chat.ActWarn}, 0)
		if _, err := c.Appeal(t.Context(), ben, made, "a reason", c.key()); err != nil {
			t.Fatal(err)
		}
		erase := func(want int) {
			t.Helper()
			if got, err := c.EraseClosed(t.Context()); err != nil || got != want {
				t.Errorf("%d erased, not %d: %v", got, want, err)
			}
		}
		erase(0)
		time.Sleep(31 * 24 * time.Hour)
		synctest.Wait()
		erase(0) // an appeal is open
		c.ruled(chat.Judge{Act: chat.ActUphold, Decision: made}, 0)
		erase(1) // the report
		v, err := c.Case(t.Context(), c.operator, n)
		if err != nil || len(v.Body.Revealed) != 0 || v.Body.Comment != "" || !v.Kept || v.Reporter != ana.Account {
			t.Errorf("left of it is %+v, %v", v, err)
		}
		time.Sleep(31 * 24 * time.Hour)
		synctest.Wait() // the upkeep of each hour has erased the appeal
		erase(0)
		c.eachBody(func(e chat.Entry) {
			if s := string(e.Body); e.Log.Kind() == chat.ServerLog &&
				(strings.Contains(s, "insult") || strings.Contains(s, "reason")) && e.Env.Kind != chat.KindDecision {
				t.Errorf("entry %d still holds it", e.Seq)
			}
		})
	})
}

// eachBody visits every entry of the store.
func (b *bed) eachBody(visit func(chat.Entry)) {
	b.t.Helper()
	for pos := chat.Pos(0); ; {
		entries, next, err := b.store.Feed(b.t.Context(), pos, 500)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, e := range entries {
			visit(e)
		}
		if next == pos {
			return
		}
		pos = next
	}
}

func TestAnOperatorJudgesNoCaseOfTheirOwn(t *testing.T) {
	c := newCourt(t)
	ana := c.person("ana_a")
	c.room(chat.Group, c.operator, ana)
	n := c.report(ana, chat.Report{Account: c.operator.Account})
	for _, act := range []chat.Act{chat.ActDismiss, chat.ActWarn} {
		_, err := c.judge(chat.Judge{Reports: []chat.Seq{n}, Account: c.operator.Account, Act: act}, 0)
		codeIs(t, err, chat.CodeForbidden)
	}
	console := chat.Actor{Server: true, Scopes: chat.AllScopes}
	warn := chat.Judge{Reports: []chat.Seq{n}, Account: c.operator.Account, Act: chat.ActWarn, Reason: "abuse"}
	if _, err := c.Judge(t.Context(), console, warn, 0, chat.Key{}); err != nil {
		t.Error(err)
	}
	if acts := c.acts(c.operator); len(acts) != 1 || !acts[0].Act.Console {
		t.Errorf("the operator reads %+v", acts)
	}
}
