// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// fill sets every field below v to something that is not its zero value.
func fill(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i))
		}
	case reflect.Slice:
		n := 1 + r.IntN(3)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(r, v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 5 {
			k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, k)
			fill(r, e)
			v.SetMapIndex(k, e)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("سلام %d 🌱", r.IntN(1000)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64, reflect.Int32:
		v.SetInt(1 + r.Int64N(1<<30))
	case reflect.Uint8:
		v.SetUint(1 + r.Uint64N(254))
		if v.Type() == reflect.TypeFor[chat.Scopes]() { // told by names, so that only known ones travel
			v.SetUint(1 + r.Uint64N(uint64(chat.AllScopes)))
		}
	case reflect.Uint32:
		v.SetUint(1 + r.Uint64N(1<<31))
	case reflect.Uint64:
		v.SetUint(1 + r.Uint64N(1<<62))
	case reflect.Float64:
		v.SetFloat(r.Float64()*180 - 90)
	default:
		panic("fill: " + v.Type().String())
	}
}

func filled[T any](r *rand.Rand) T {
	var x T
	fill(r, reflect.ValueOf(&x).Elem())
	return x
}

func TestEveryFieldOfEveryBodySurvivesTheWire(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for kind, f := range forms {
		for range 20 {
			p := reflect.New(f.body.Elem())
			fill(r, p.Elem())
			body := p.Interface().(chat.Body)
			raw, err := Codec{}.Encode(body)
			if err != nil {
				t.Fatalf("encode %T: %v", body, err)
			}
			again, err := Codec{}.Encode(body)
			if err != nil || !bytes.Equal(raw, again) {
				t.Fatalf("%T has two encodings (%v)", body, err)
			}
			got, err := Codec{}.Decode(kind, raw)
			if err != nil {
				t.Fatalf("decode kind %d: %v", kind, err)
			}
			if !reflect.DeepEqual(got, body) {
				t.Fatalf("kind %d:\n sent %+v\n got  %+v", kind, body, got)
			}
		}
	}
}

func TestAbsentFieldsStayAbsent(t *testing.T) {
	for kind, f := range forms {
		body := reflect.New(f.body.Elem()).Interface().(chat.Body)
		raw, err := Codec{}.Encode(body)
		if err != nil {
			t.Fatalf("encode empty %T: %v", body, err)
		}
		got, err := Codec{}.Decode(kind, raw)
		if err != nil {
			t.Fatalf("decode empty kind %d: %v", kind, err)
		}
		if f.erased && len(raw) == 0 {
			body = nil
		}
		if !reflect.DeepEqual(got, body) {
			t.Errorf("kind %d: sent %+v, got %+v", kind, body, got)
		}
	}
}

func TestAnErasedBodyIsNoBody(t *testing.T) {
	for _, kind := range []chat.Kind{chat.KindMessage, chat.KindEdit, chat.KindDraft, chat.KindDelete, 200} {
		body, err := Codec{}.Decode(kind, nil)
		if body != nil || err != nil {
			t.Errorf("kind %d: %v, %v", kind, body, err)
		}
	}
	if raw, err := (Codec{}).Encode(nil); raw != nil || err != nil {
		t.Errorf("no body has the bytes %x (%v)", raw, err)
	}
}

func TestAFieldOfANewerProgramIsSkipped(t *testing.T) {
	body := &chat.Message{Text: "hello"}
	raw, err := Codec{}.Encode(body)
	if err != nil {
		t.Fatal(err)
	}
	raw = protowire.AppendTag(raw, 1000, protowire.BytesType)
	raw = protowire.AppendString(raw, "from the future")
	got, err := Codec{}.Decode(chat.KindMessage, raw)
	if err != nil || !reflect.DeepEqual(got, body) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAKindOfANewerProgramIsCarriedThrough(t *testing.T) {
	e := &zolalv1.Entry{
		Seq: 9, Envelope: &zolalv1.Envelope{Kind: 199, Target: 3}, Body: []byte{0xff, 0, 0xff},
	}
	in, err := EntryIn(chat.ChatID(4).Log(), e)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := (Codec{}).Decode(in.Env.Kind, in.Body); body != nil || err != nil {
		t.Errorf("decoded to %v, %v", body, err)
	}
	out := EntryOut(&in)
	if out.GetEnvelope().GetKind() != 199 || !bytes.Equal(out.GetBody(), e.GetBody()) {
		t.Errorf("came out as %v", out)
	}
}

func TestTextThatIsNotUTF8IsRefusedByName(t *testing.T) {
	bad := &chat.Error{Code: chat.CodeBadText}
	if _, err := (Codec{}).Encode(&chat.Message{Text: "a\xff"}); !errors.Is(err, bad) {
		t.Errorf("encode: %v", err)
	}
	raw := protowire.AppendTag(nil, 1, protowire.BytesType)
	raw = protowire.AppendString(raw, "a\xff")
	if _, err := (Codec{}).Decode(chat.KindMessage, raw); !errors.Is(err, bad) {
		t.Errorf("decode: %v", err)
	}
	if _, err := (Codec{}).Decode(chat.KindMessage, []byte{0xff}); chat.CodeOf(err) != chat.CodeBadFrame {
		t.Errorf("decode of garbage: %v", err)
	}
}

func TestEntriesSurviveTheWire(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		e := filled[chat.Entry](r)
		e.Pos, e.Device, e.Seal = 0, 0, chat.Seal{} // never travel
		got, err := EntryIn(e.Log, EntryOut(&e))
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Fatalf("sent %+v\ngot  %+v (%v)", e, got, err)
		}
	}
}

func FuzzDecodeBody(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for kind, form := range forms {
		p := reflect.New(form.body.Elem())
		fill(r, p.Elem())
		raw, err := Codec{}.Encode(p.Interface().(chat.Body))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(kind), raw)
	}
	f.Fuzz(func(t *testing.T, kind uint8, raw []byte) {
		body, err := Codec{}.Decode(chat.Kind(kind), raw)
		if err != nil {
			if c := chat.CodeOf(err); c != chat.CodeBadFrame && c != chat.CodeBadText {
				t.Fatalf("code %v", c)
			}
			return
		}
		again, err := Codec{}.Encode(body)
		if err != nil {
			t.Fatalf("a decoded body cannot be encoded: %v", err)
		}
		if body == nil {
			return
		}
		same, err := Codec{}.Decode(chat.Kind(kind), again)
		if err != nil {
			t.Fatalf("decode again: %v", err)
		}
		third, err := Codec{}.Encode(same)
		if err != nil || !bytes.Equal(again, third) {
			t.Fatalf("encoding is not stable: %x then %x (%v)", again, third, err)
		}
	})
}

func FuzzEntry(f *testing.F) {
	f.Add([]byte{8, 1, 16, 1, 50, 2, 8, 2, 58, 1, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := new(zolalv1.Entry)
		if Unmarshal(raw, m) != nil {
			return
		}
		e, err := EntryIn(chat.ChatID(1).Log(), m)
		if err != nil {
			return
		}
		same, err := EntryIn(e.Log, EntryOut(&e))
		if err != nil || same.Seq != e.Seq || same.Env != e.Env || !bytes.Equal(same.Body, e.Body) {
			t.Fatalf("%+v became %+v (%v)", e, same, err)
		}
	})
}
