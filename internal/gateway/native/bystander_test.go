// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// bystander is somebody who does nothing, in a host where others do what they like.
type bystander struct {
	*host
	who     account.Session
	others  map[string]*client // by what they are
	rooms   []uint32
	talk    uint32
	reports []uint32
	said    uint32
}

func newBystander(t *testing.T) *bystander {
	h := serve(t)
	users := h.users(3)
	b := &bystander{host: h, who: users[0], others: map[string]*client{}}
	quiet := h.dial(users[0], zolal.WebSocket)
	ctx := context.Background()
	made := account.NewUser{Username: "the_operator", Password: "correct horse battery 7", Operator: true}
	_, _, err := h.accounts.AddUser(ctx, made)
	check(t, err)
	operator, err := h.accounts.SignIn(ctx, account.SignIn{Username: made.Username, Password: made.Password})
	check(t, err)
	b.others["owner"] = h.dial(users[1], zolal.WebSocket)
	b.others["operator"] = h.dial(operator, zolal.WebSocket)
	reporter := h.dial(users[2], zolal.WebSocket)
	for i, name := range []string{"", "a_public_group"} {
		title := fmt.Sprint("group ", i)
		room := ask[zolalv1.ChatInfo](b.others["owner"], "Chats/CreateGroup", &zolalv1.CreateChatRequest{
			Key: key(), Title: title, Name: name,
		})
		link := ask[zolalv1.InviteLink](b.others["owner"], "Chats/CreateLink", &zolalv1.CreateLinkRequest{
			Chat: room.GetId(), Key: key(), Link: &zolalv1.InviteLink{},
		})
		b.rooms = append(b.rooms, room.GetId())
		for _, c := range []*client{quiet, reporter} {
			req := &zolalv1.JoinRequestRequest{Key: key(), Invite: link.GetToken()}
			ask[zolalv1.JoinResponse](c, "Chats/Join", req)
		}
		b.said = say(quiet, room.GetId(), "hello").GetSeq()
	}
	b.talk = ask[zolalv1.ChatInfo](b.others["owner"], "Chats/OpenDirect", &zolalv1.OpenDirectRequest{
		Key: key(), Account: uint32(b.who.Account),
	}).GetId()
	say(b.others["owner"], b.talk, "hello")
	for _, r := range []*zolalv1.ReportRequest{
		{Chat: b.rooms[1], Seqs: []uint32{b.said}}, {Account: uint32(b.who.Account)}, {Chat: b.rooms[1]},
	} {
		r.Key, r.Desk, r.Reason = key(), zolalv1.Desk_DESK_OPERATOR, "spam"
		b.reports = append(b.reports, ask[zolalv1.ReportReceipt](reporter, "Reports/Report", r).GetReport())
	}
	check(t, quiet.Close())
	return b
}

// digest is what is the bystander's own: where they are, how far they have read, and what they chose.
func (b *bystander) digest() (in []string, own []string) {
	b.t.Helper()
	ctx := context.Background()
	list, _, _, err := b.store.List(ctx, engine.ListQuery{Account: b.who.Account, Limit: 1000})
	check(b.t, err)
	for _, row := range list {
		in = append(in, fmt.Sprintf("%d", row.Chat.ID))
		own = append(own, fmt.Sprintf("chat %d: read %d, draft %q, %+v", row.Chat.ID, row.Read.Seq, row.Draft.Text,
			prefsOf(row.Prefs)))
	}
	me := fmt.Sprintf("[%d ", b.who.Account)
	check(b.t, b.store.Dump(ctx, func(table string, values ...any) error {
		mine := []string{"reads", "prefs", "drafts", "contacts", "blocks", "people", "personal_links"}
		row := fmt.Sprint(values)
		// Drafts, prefs and read marks begin with their account too.
		if slices.Contains(mine, table) && strings.HasPrefix(row+" ", me) {
			own = append(own, table+" "+row)
		}
		return nil
	}))
	slices.Sort(in)
	slices.Sort(own)
	return in, own
}

func prefsOf(p chat.Prefs) string {
	at := func(b *bool) bool { return b != nil && *b }
	return fmt.Sprint(p.MutedUntil != nil, at(p.Archived), p.PinRank != nil, at(p.MarkedUnread))
}

// watch compares what is the bystander's before and after others did something. Chats may be lost, to who
// runs them, but none is gained, but for the one in which the server tells them of a decision.
func (b *bystander) watch(what string, act func()) {
	b.t.Helper()
	before, own := b.digest()
	act()
	after, now := b.digest()
	service, err := b.store.Direct(context.Background(), 0, b.who.Account)
	check(b.t, err)
	for _, room := range after {
		if !slices.Contains(before, room) && room != fmt.Sprint(service) {
			b.t.Errorf("%s brought the bystander into chat %s", what, room)
		}
	}
	for _, line := range now {
		fresh := strings.HasPrefix(line, fmt.Sprintf("chat %d: read 0, draft \"\"", service))
		if !slices.Contains(own, line) && !(service != 0 && fresh) {
			b.t.Errorf("%s changed what is the bystander's to %s", what, line)
		}
	}
	if len(after) == len(before) && len(now) < len(own) {
		b.t.Errorf("%s took away what is the bystander's: %v, and before %v", what, now, own)
	}
}

// aimed makes requests of a method that name the bystander and their chats wherever they can.
func (b *bystander) aimed(d protoreflect.MethodDescriptor, r *rand.Rand) proto.Message {
	m := dynamic(d)
	fillAny(r, m.ProtoReflect(), 3)
	b.aim(m.ProtoReflect(), r)
	return m
}

func (b *bystander) aim(m protoreflect.Message, r *rand.Rand) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		number := func(v uint32) { m.Set(f, protoreflect.ValueOfUint32(v)) }
		switch {
		case f.Message() != nil && !f.IsList() && !f.IsMap():
			b.aim(m.Mutable(f).Message(), r)
		case f.IsList() || f.IsMap():
		case f.Kind() == protoreflect.Uint32Kind && strings.Contains(string(f.Name()), "account"):
			number(uint32(b.who.Account))
		case f.Kind() == protoreflect.Uint32Kind && strings.Contains(string(f.Name()), "chat"):
			number([]uint32{b.rooms[0], b.rooms[1], b.talk}[r.IntN(3)])
		case f.Kind() == protoreflect.Uint32Kind && (f.Name() == "seq" || f.Name() == "target"):
			number(b.said)
		case f.Kind() == protoreflect.StringKind && strings.Contains(string(f.Name()), "name"):
			m.Set(f, protoreflect.ValueOfString(b.who.Profile.Username))
		case f.Kind() == protoreflect.BytesKind && f.Name() == "key":
			m.Set(f, protoreflect.ValueOfBytes(key()))
		case f.Name() == "limit" && f.Kind() == protoreflect.Uint32Kind:
			number(50)
		}
	}
}

// TestNoCallJoinsAddsOrMarksAnythingForAnybodyElse walks all methods, as the owner of the chats a bystander
// is in and as the operator: nobody else is in more chats, has read more, or has other wishes afterwards
// (R10, R15).
//
// REP-4 UPD-1
func TestNoCallJoinsAddsOrMarksAnythingForAnybodyElse(t *testing.T) {
	b := newBystander(t)
	r := rand.New(rand.NewPCG(3, 5))
	var names []string
	for name := range contract() {
		names = append(names, name)
	}
	slices.Sort(names)
	rounds := 12
	if testing.Short() {
		rounds = 4
	}
	ends := []string{ // those end the session that asks, or are slow by intention
		"Accounts/SignOut", "Accounts/RevokeDevice", "Accounts/SetPassword", "Accounts/SignUp", "Accounts/SignIn",
		"Accounts/Recover", "Security/Redeem", "Reports/AppealSuspended", "Sync/Poll",
	}
	calls := 0
	for _, name := range names {
		if slices.Contains(ends, name) {
			continue
		}
		for who, c := range b.others {
			for range rounds {
				req := b.aimed(contract()[name], r)
				b.watch(fmt.Sprintf("%s by the %s", name, who), func() { c.outcome(name, req) })
				calls++
			}
		}
	}
	if calls < 2*rounds*40 {
		t.Errorf("only %d calls", calls)
	}
	for _, name := range ends {
		req := b.aimed(contract()[name], r)
		spare := b.dial(b.users(1)[0], zolal.WebSocket)
		if name != "Sync/Poll" {
			b.watch(name, func() { spare.outcome(name, req) })
		}
	}
}

// REP-4
func TestNoDecisionBringsAnybodyAnywhere(t *testing.T) { newBystander(t).decisions() }

// decisions lets the operator decide everything there is to decide about the bystander.
func (b *bystander) decisions() {
	b.t.Helper()
	operator := b.others["operator"]
	about := uint32(b.who.Account)
	until := time.Now().Add(time.Hour).UnixMilli()
	for _, q := range []*zolalv1.DecideRequest{
		{Reports: b.reports[:1], Act: zolalv1.Act_ACT_TAKE_DOWN, Chat: b.rooms[1], Seqs: []uint32{b.said}},
		{Reports: b.reports[1:2], Act: zolalv1.Act_ACT_LIMIT, UntilMs: until},
		{Reports: b.reports[2:], Act: zolalv1.Act_ACT_TAKE_DOWN, Chat: b.rooms[1]},
	} {
		q.Key, q.Account, q.Reason = key(), about, "spam"
		ask[zolalv1.ReportCase](operator, "Reports/Show", &zolalv1.ShowRequest{Report: q.GetReports()[0]})
		var made *zolalv1.DecideResponse
		b.watch(q.GetAct().String(), func() { made = ask[zolalv1.DecideResponse](operator, "Reports/Decide", q) })
		b.watch("taking it back", func() {
			ask[zolalv1.DecideResponse](operator, "Reports/Decide", &zolalv1.DecideRequest{
				Key: key(), Act: zolalv1.Act_ACT_REVERSE, Decision: made.GetDecision(),
			})
		})
	}
}
