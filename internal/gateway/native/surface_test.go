// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/hub"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// contract lists every method of every service as "Service/Method".
func contract() map[string]protoreflect.MethodDescriptor {
	out := make(map[string]protoreflect.MethodDescriptor)
	for _, f := range []protoreflect.FileDescriptor{
		zolalv1.File_zolal_v1_account_proto, zolalv1.File_zolal_v1_chat_proto,
		zolalv1.File_zolal_v1_message_proto, zolalv1.File_zolal_v1_sync_proto,
		zolalv1.File_zolal_v1_entry_proto, zolalv1.File_zolal_v1_frame_proto,
		zolalv1.File_zolal_v1_security_proto, zolalv1.File_zolal_v1_people_proto, zolalv1.File_zolal_v1_admin_proto,
		zolalv1.File_zolal_v1_feedback_proto, zolalv1.File_zolal_v1_passkey_proto,
		zolalv1.File_zolal_v1_organisation_proto,
		zolalv1.File_zolal_v1_reports_proto, zolalv1.File_zolal_v1_search_proto,
		zolalv1.File_zolal_v1_media_proto, zolalv1.File_zolal_v1_photo_proto,
		zolalv1.File_zolal_v1_push_proto, zolalv1.File_zolal_v1_link_proto,
		zolalv1.File_zolal_v1_review_proto, zolalv1.File_zolal_v1_deletion_proto,
	} {
		for i := range f.Services().Len() {
			s := f.Services().Get(i)
			for k := range s.Methods().Len() {
				m := s.Methods().Get(k)
				out[string(s.Name())+"/"+string(m.Name())] = m
			}
		}
	}
	return out
}

// CONN-5 HTTP-2
func TestEveryMethodOfTheContractIsServedAndNoOther(t *testing.T) {
	table := methods()
	for name, d := range contract() {
		m := table[name]
		if m == nil {
			t.Errorf("%s has no handler", name)
			continue
		}
		if got := m.fresh().ProtoReflect().Descriptor().FullName(); got != d.Input().FullName() {
			t.Errorf("%s takes a %s, the contract says %s", name, got, d.Input().FullName())
		}
		// Open is what needs no account yet, and the appeal of who cannot sign in any more.
		service, _, _ := strings.Cut(name, "/")
		entrance := slices.Contains([]string{"Accounts", "Security", "Passkeys"}, service)
		open := m.scope == 0 && entrance || name == "Reports/AppealSuspended"
		if m.open != open && name != "Accounts/SignOut" {
			t.Errorf("%s: open %v with scope %d", name, m.open, m.scope)
		}
	}
	for name := range table {
		if contract()[name] == nil && name != "Hello" && name != "Ping" {
			t.Errorf("%s is served and not in the contract", name)
		}
	}
}

// TestTheListOfUpdatesIsClosed fails when a server can tell clients something new: none of these makes a
// client join, leave, mark as read, filter, sign out or install, and nothing that does may be added (R15).
//
// UPD-1 UPD-2
func TestTheListOfUpdatesIsClosed(t *testing.T) {
	names := func(m proto.Message) []string {
		var out []string
		fields := m.ProtoReflect().Descriptor().Fields()
		for i := range fields.Len() {
			out = append(out, string(fields.Get(i).Name()))
		}
		return out
	}
	for _, c := range []struct {
		message proto.Message
		want    string
	}{
		{&zolalv1.Update{}, "chat user signal resync addresses going_away"},
		{&zolalv1.Signal{}, "typing presence tally read"},
		{&zolalv1.Updates{}, "updates number"},
		{&zolalv1.ServerFrame{}, "response updates"},
		{&zolalv1.GoingAway{}, "code retry_ms"},
	} {
		if got := names(c.message); !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%T has %v", c.message, got)
		}
	}
	for _, u := range []hub.Update{
		hub.ChatTail{Chat: 1}, hub.UserTail{}, hub.Typing{}, hub.Presence{}, hub.TallyChange{}, hub.PeerRead{},
		hub.Resync{Dropped: 1}, hub.GoingAway{Code: "restarting"},
	} {
		f, err := Encode(u)
		if err != nil || f.Updates != 1 {
			t.Errorf("%T: %v", u, err)
			continue
		}
		m := new(zolalv1.ServerFrame)
		if err := proto.Unmarshal(f.Data[f.Head:], m); err != nil || len(m.GetUpdates().GetUpdates()) != 1 {
			t.Errorf("%T becomes %v (%v)", u, m, err)
		}
	}
}

// AUTH-3
func TestWithoutATokenOnlyOpenMethodsAnswer(t *testing.T) {
	h := serve(t)
	c := h.dial(account.Session{}, zolal.WebSocket)
	for name, d := range contract() {
		if methods()[name].open {
			continue
		}
		req := dynamic(d)
		if code := c.refused(name, req); code != zolalv1.ErrorCode_UNAUTHENTICATED {
			t.Errorf("%s answers %s", name, code)
		}
	}
}

// dynamic makes an empty request of a method.
func dynamic(d protoreflect.MethodDescriptor) proto.Message {
	return methods()[string(d.Parent().Name())+"/"+string(d.Name())].fresh()
}

// AUTH-3
func TestATokenCallsOnlyWhatItsScopesAllow(t *testing.T) {
	h := serve(t)
	owner := h.dial(h.users(1)[0], zolal.WebSocket)
	made := ask[zolalv1.Session](owner, "Accounts/CreateToken", &zolalv1.CreateTokenRequest{
		Name: "reader", Scopes: []string{"read"},
	})
	reader := h.dial(account.Session{Token: made.GetToken()}, zolal.WebSocket)
	for name, d := range contract() {
		m := methods()[name]
		if m.open || m.scope == 0 || chat.ScopeRead.Has(m.scope) {
			continue
		}
		if code := reader.refused(name, dynamic(d)); code != zolalv1.ErrorCode_SCOPE_MISSING {
			t.Errorf("%s answers %s", name, code)
		}
	}
	ask[zolalv1.UserState](reader, "Accounts/Me", &zolalv1.Empty{})
}

// fillAny sets fields of a message to random values, sensible or not.
func fillAny(r *rand.Rand, m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if r.IntN(4) == 0 {
			continue
		}
		switch {
		case f.IsMap():
		case f.IsList():
			for range r.IntN(3) {
				if f.Message() == nil {
					m.Mutable(f).List().Append(anyValue(r, f))
				} else if depth > 0 {
					fillAny(r, m.Mutable(f).List().AppendMutable().Message(), depth-1)
				}
			}
		case f.Message() != nil:
			if depth > 0 {
				fillAny(r, m.Mutable(f).Message(), depth-1)
			}
		default:
			m.Set(f, anyValue(r, f))
		}
	}
}

func anyValue(r *rand.Rand, f protoreflect.FieldDescriptor) protoreflect.Value {
	small := []uint64{0, 1, 2, 3, 5, 200, 1 << 31, 1<<32 - 1}
	n := small[r.IntN(len(small))]
	switch f.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(r.IntN(2) == 0)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(int32(n)))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(n))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(n << r.IntN(33))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(int64(n<<r.IntN(33)) - int64(r.IntN(2))*5)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64([]float64{0, -90.5, 35.7, math.NaN(), math.Inf(1)}[r.IntN(5)])
	case protoreflect.StringKind:
		texts := []string{"", "a", "سلام", "@person_1", "person_1", "\u202e\u0000x", strings.Repeat("🌱", 3000)}
		return protoreflect.ValueOfString(texts[r.IntN(len(texts))])
	case protoreflect.BytesKind:
		if r.IntN(3) > 0 {
			return protoreflect.ValueOfBytes(key())
		}
		return protoreflect.ValueOfBytes(make([]byte, r.IntN(40)))
	default:
		panic("kind " + f.Kind().String())
	}
}

// TestNoRequestIsEverOurFault asks every method with many random requests: whatever is wrong with one has a
// code, and it is never INTERNAL.
func TestNoRequestIsEverOurFault(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(3))
	group(c[0], c[1])
	ask[zolalv1.ChatInfo](c[0], "Chats/OpenDirect", &zolalv1.OpenDirectRequest{Key: key(), Account: 2})
	r := rand.New(rand.NewPCG(8, 9))
	var names []string
	for name := range contract() {
		names = append(names, name)
	}
	slices.Sort(names)
	rounds := 40
	if testing.Short() {
		rounds = 8
	}
	for range rounds {
		for _, name := range names {
			switch name {
			case "Accounts/SignOut", "Accounts/RevokeDevice", "Accounts/SetPassword":
				continue // ends the session
			case "Accounts/SignUp", "Accounts/SignIn", "Accounts/Recover", "Security/Redeem",
				"Reports/AppealSuspended":
				if r.IntN(40) > 0 {
					continue // slow by intention
				}
			}
			m := methods()[name].fresh()
			fillAny(r, m.ProtoReflect(), 3)
			if code := c[0].outcome(name, m); code == zolalv1.ErrorCode_INTERNAL {
				t.Errorf("%s with %v: %s", name, m, code)
			}
		}
	}
}
