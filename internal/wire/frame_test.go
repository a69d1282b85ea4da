// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"reflect"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func typing(room uint32) *zolalv1.Update {
	return &zolalv1.Update{What: &zolalv1.Update_Signal{Signal: &zolalv1.Signal{
		What: &zolalv1.Signal_Typing{Typing: &zolalv1.Typing{Chat: room, Account: 7}},
	}}}
}

func TestAFrameIsOneWholeWebSocketMessage(t *testing.T) {
	for _, n := range []int{1, 20, 2000, 20_000} {
		var many []*zolalv1.Update
		for i := range n {
			many = append(many, typing(uint32(i+1)))
		}
		f, err := Updates(many...)
		if err != nil {
			t.Fatal(err)
		}
		size := len(f.Data) - f.Head
		if !bytes.Equal(f.Data[:f.Head], Header(nil, size)) {
			t.Fatalf("%d bytes begin with % x", size, f.Data[:f.Head])
		}
		m := new(zolalv1.ServerFrame)
		if err := proto.Unmarshal(f.Data[f.Head:], m); err != nil {
			t.Fatal(err)
		}
		if got := len(m.GetUpdates().GetUpdates()); got != n {
			t.Fatalf("%d updates of %d", got, n)
		}
	}
}

func TestHeadersAreThoseOfTheStandard(t *testing.T) {
	for n, want := range map[int][]byte{
		0: {0x82, 0}, 125: {0x82, 125}, 126: {0x82, 126, 0, 126}, 65535: {0x82, 126, 255, 255},
		65536: {0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0},
	} {
		if got := Header(nil, n); !bytes.Equal(got, want) {
			t.Errorf("%d bytes: % x, want % x", n, got, want)
		}
	}
}

// POLL-3
func TestAPollGathersWhatASocketGetsFrameByFrame(t *testing.T) {
	a, err := Updates(typing(1), typing(2))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Updates(typing(3))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Polled([][]byte{a.Body(), b.Body()}, 17)
	if err != nil {
		t.Fatal(err)
	}
	got := new(zolalv1.Updates)
	if err := proto.Unmarshal(raw, got); err != nil {
		t.Fatal(err)
	}
	want := &zolalv1.Updates{Updates: []*zolalv1.Update{typing(1), typing(2), typing(3)}, Number: 17}
	if !proto.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if r, _ := Reply(1, &zolalv1.Empty{}); r.Body() != nil {
		t.Error("an answer has updates")
	}
}

func FuzzRequest(f *testing.F) {
	seed, err := Marshal(&zolalv1.ClientFrame{Id: 300, Method: "Messages/Send", Payload: []byte("abc")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte{10, 200, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		id, method, payload, err := Request(raw)
		if err != nil {
			if !errors.Is(err, &chat.Error{Code: chat.CodeBadFrame}) {
				t.Fatal(err)
			}
			return
		}
		// Where the generated decoder agrees that it is a frame, both read the same.
		m := new(zolalv1.ClientFrame)
		if proto.Unmarshal(raw, m) != nil {
			return
		}
		if m.GetId() != id || m.GetMethod() != string(method) || !bytes.Equal(m.GetPayload(), payload) {
			t.Fatalf("%x: %d %q %x, want %v", raw, id, method, payload, m)
		}
	})
}

// CONN-4
func TestEveryEncodedRequestIsRead(t *testing.T) {
	for _, want := range []*zolalv1.ClientFrame{
		{}, {Id: 1}, {Id: 1 << 31, Method: "Ping"},
		{Id: 9, Method: "Messages/Send", Payload: make([]byte, 5000)},
	} {
		raw, err := Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, 0x7a, 1, 0) // field 15 of a newer client
		id, method, payload, err := Request(raw)
		same := id == want.GetId() && string(method) == want.GetMethod() && bytes.Equal(payload, want.GetPayload())
		if err != nil || !same {
			t.Errorf("%v: %d %q %x %v", want, id, method, payload, err)
		}
	}
}

// ADDR-1 ADDR-2
func TestAddressesHoldOnlyUnderTheirKeyAndBeforeTheirEnd(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32))
	want := Addresses{
		Addresses: []string{"https://a.example", "https://b.example:444"}, Issued: 1000, Expires: 5000, Server: "s",
	}
	list, err := SignAddresses(key, want)
	if err != nil {
		t.Fatal(err)
	}
	pin := key.Public().(ed25519.PublicKey)
	for _, p := range []ed25519.PublicKey{nil, pin} {
		got, err := VerifyAddresses(list, p, 4999)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	wrong := func(what string, code chat.Code, l *zolalv1.AddressList, pin []byte, now chat.Millis) {
		t.Helper()
		if _, err := VerifyAddresses(l, pin, now); chat.CodeOf(err) != code {
			t.Errorf("%s: %v", what, err)
		}
	}
	wrong("another key is pinned", chat.CodeForbidden, list, other.Public().(ed25519.PublicKey), 1)
	wrong("expired", chat.CodeNotFound, list, pin, 5000)
	changed := proto.CloneOf(list)
	changed.Payload[3] ^= 1
	wrong("changed", chat.CodeForbidden, changed, pin, 1)
	changed = proto.CloneOf(list)
	changed.Key = other.Public().(ed25519.PublicKey)
	wrong("another key inside", chat.CodeForbidden, changed, nil, 1)
	wrong("nothing", chat.CodeBadFrame, nil, nil, 1)
	bare := proto.CloneOf(list)
	bare.Signature = ed25519.Sign(key, list.GetPayload())
	wrong("signed as something else", chat.CodeForbidden, bare, pin, 1)
}

func FuzzVerifyAddresses(f *testing.F) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	list, err := SignAddresses(key, Addresses{Addresses: []string{"https://a.example"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(list.GetPayload(), list.GetSignature(), list.GetKey())
	f.Fuzz(func(t *testing.T, payload, signature, pub []byte) {
		l := &zolalv1.AddressList{Payload: payload, Signature: signature, Key: pub}
		if _, err := VerifyAddresses(l, key.Public().(ed25519.PublicKey), 1); err == nil {
			if !bytes.Equal(payload, list.GetPayload()) {
				t.Fatalf("a payload that was never signed: %x", payload)
			}
		}
	})
}
