// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// greeting is a genuine first frame.
func greeting(f *testing.F) []byte {
	f.Helper()
	payload, err := proto.Marshal(&zolalv1.HelloOk{Incarnation: make([]byte, 16), PingSeconds: 30})
	if err != nil {
		f.Fatal(err)
	}
	raw, err := proto.Marshal(&zolalv1.ServerFrame{What: &zolalv1.ServerFrame_Response{
		Response: &zolalv1.Response{Result: &zolalv1.Response_Payload{Payload: payload}},
	}})
	if err != nil {
		f.Fatal(err)
	}
	return raw
}

func FuzzStreamFrames(f *testing.F) {
	hello := greeting(f)
	f.Add(append(binary.BigEndian.AppendUint32(make([]byte, 4), uint32(len(hello))), hello...))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0, 0, 0, 9, 1})
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bytes.NewReader(stream)
		br := bufio.NewReader(r)
		for {
			before := r.Len() + br.Buffered()
			frame, err := readFrame(br)
			if err != nil {
				return
			}
			if frame == nil || r.Len()+br.Buffered() >= before {
				t.Fatal("a frame out of nothing")
			}
		}
	})
}

// silent is a carrier that brings given frames and ends.
type silent struct{ frames []*zolalv1.ServerFrame }

func (s *silent) send(*zolalv1.ClientFrame) error { return nil }
func (s *silent) close() error                    { return nil }
func (s *silent) receive() (*zolalv1.ServerFrame, error) {
	if len(s.frames) == 0 {
		return nil, io.EOF
	}
	f := s.frames[0]
	s.frames = s.frames[1:]
	return f, nil
}

// FuzzServerFrames hands whatever decodes as a frame to a connection and a client with a call under way: that
// is answered once, whatever comes.
func FuzzServerFrames(f *testing.F) {
	f.Add(greeting(f))
	tail, err := proto.Marshal(&zolalv1.ServerFrame{What: &zolalv1.ServerFrame_Updates{Updates: &zolalv1.Updates{
		Updates: []*zolalv1.Update{
			{What: &zolalv1.Update_Chat{Chat: &zolalv1.ChatTail{Chat: 1, Entries: []*zolalv1.Entry{{Seq: 2}}}}},
			{What: &zolalv1.Update_GoingAway{
				GoingAway: &zolalv1.GoingAway{Code: "restarting", RetryMs: 1 << 31},
			}},
			{What: &zolalv1.Update_Addresses{Addresses: &zolalv1.AddressList{Payload: []byte{1}}}}, {},
		},
	}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(tail)
	f.Fuzz(func(t *testing.T, raw []byte) {
		frame := new(zolalv1.ServerFrame)
		if proto.Unmarshal(raw, frame) != nil {
			return
		}
		_, _ = helloFrom(frame)
		c := &Client{journal: &MemoryJournal{}, followers: map[uint32]map[*follower]bool{}}
		c.followers[1] = map[*follower]bool{{notify: make(chan struct{}, 1)}: true}
		var err error
		if c.route, err = newRoute("https://a.example", Options{Journal: c.journal}, c.Now()); err != nil {
			t.Fatal(err)
		}
		l, answers := new(link), make(chan error, 9)
		frames := &silent{frames: []*zolalv1.ServerFrame{frame, frame}}
		updates := func(u *zolalv1.Updates) { c.receive(l, u) }
		conn := newConn(frames, Poll, new(zolalv1.HelloOk), Options{}, updates)
		if err := conn.Start("Ping", &zolalv1.Empty{}, func(_ []byte, err error) { answers <- err }); err != nil {
			t.Fatal(err)
		}
		conn.read()
		if len(answers) != 1 {
			t.Fatalf("answered %d times", len(answers))
		}
	})
}

// FuzzJournalRows reads rows as a damaged journal has them: each is understood or refused, and a cursor that
// is understood can be written down and read again.
func FuzzJournalRows(f *testing.F) {
	f.Add([]byte(`{"seq":9,"incarnation":"AAEC","samples":[{"seq":1,"chain":"AA=="},{"seq":9,"chain":"AQ=="}]}`))
	f.Add([]byte(`{"seq":3,"chain":"AQ==","request":"CAE="}`))
	f.Add([]byte(`{"samples":[{"seq":2},{"seq":1}]}`))
	f.Add([]byte("-5"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if s, err := decodeSent("sent/1", raw); err == nil && s.req == nil {
			t.Fatal("a message of nothing")
		}
		if at, err := decodeCursor(raw); err == nil {
			again, err := at.encode()
			if err != nil || len(at.samples) > maxSamples {
				t.Fatalf("%d samples, %v", len(at.samples), err)
			}
			if _, err := decodeCursor(again); err != nil {
				t.Fatal(err)
			}
		}
		j := &MemoryJournal{}
		for _, name := range []string{"outbox/00000000000000000001", "outbox/" + string(raw), "clock"} {
			if err := j.Put(name, raw); err != nil {
				t.Fatal(err)
			}
		}
		c := &Client{journal: j}
		_, _ = c.clock()
		keys, err := j.Keys("outbox/")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range keys {
			_, _, _ = readOutbox(name, raw)
		}
	})
}

func FuzzRecoveryCode(f *testing.F) {
	f.Add(string(NewRecoveryCode()))
	f.Add("۱۲۳۴ oOiIlL 𝟘")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := ReadRecoveryCode(typed)
		if err != nil {
			return
		}
		if len(code) != RecoveryDigits || dammSum(string(code)) != 0 {
			t.Fatalf("%q is read as %q", typed, code)
		}
		if again, err := ReadRecoveryCode(string(code)); err != nil || again != code {
			t.Fatalf("%q is read back as %q, %v", code, again, err)
		}
	})
}
