// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/testenv"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// screen is what a person sees of a chat: kept up by following it, and cut back where the server was rewound.
type screen struct {
	mu    sync.Mutex
	rows  []shown
	gone  []uint32 // what the follower was told to go back to
	wrong error
}

type shown struct {
	seq, reply uint32
	text       string
}

// look follows a chat into the screen until ctx ends.
func (s *screen) look(ctx context.Context, c *zolal.Client, chat, after uint32) {
	for {
		err := c.Follow(ctx, chat, after, func(e *zolalv1.Entry) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			after = e.GetSeq()
			if !e.GetEnvelope().GetCounted() {
				return nil
			}
			m := new(zolalv1.Message)
			if err := proto.Unmarshal(e.GetBody(), m); err != nil {
				return err
			}
			s.rows = append(s.rows, shown{e.GetSeq(), m.GetReply().GetSeq(), m.GetText()})
			return nil
		})
		var rewound *zolal.RewoundError
		if !errors.As(err, &rewound) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if ctx.Err() == nil && !errors.Is(err, zolal.ErrClosed) {
				s.wrong = err
			}
			return
		}
		s.mu.Lock()
		after = rewound.Common
		s.gone = append(s.gone, after)
		s.rows = slices.DeleteFunc(s.rows, func(r shown) bool { return r.seq > after })
		s.mu.Unlock()
	}
}

func (s *screen) texts() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rows {
		all = append(all, r.text)
	}
	return all
}

func (s *screen) last() (seq uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows[len(s.rows)-1].seq
}

// group makes a group of the first client and lets the others in.
func group(t *testing.T, owner *zolal.Client, members ...*zolal.Client) uint32 {
	t.Helper()
	info, link := new(zolalv1.ChatInfo), new(zolalv1.InviteLink)
	err := owner.Call(t.Context(), "Chats/CreateGroup", &zolalv1.CreateChatRequest{
		Key: owner.NewKey(), Title: "گروه",
	}, info)
	if err == nil {
		err = owner.Call(t.Context(), "Chats/CreateLink", &zolalv1.CreateLinkRequest{
			Chat: info.GetId(), Key: owner.NewKey(), Link: &zolalv1.InviteLink{},
		}, link)
	}
	for _, c := range members {
		if err == nil {
			err = c.Call(t.Context(), "Chats/Join", &zolalv1.JoinRequestRequest{
				Key: c.NewKey(), Invite: link.GetToken(),
			}, new(zolalv1.JoinResponse))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return info.GetId()
}

// reply answers a message and waits for the receipt.
func reply(t *testing.T, c *zolal.Client, to *zolalv1.Receipt, text string) *zolalv1.Receipt {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := c.Send(ctx, &zolalv1.SendRequest{
		Chat: to.GetChat(), Text: text, Reply: &zolalv1.Reply{Seq: to.GetSeq()},
	})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return r
}

// I12 SYNC-3 SYNC-5 SYNC-7
func TestAfterARestoreEveryoneSeesTheSameAndWhatOnlyClientsHadIsOfferedAgain(t *testing.T) {
	for _, by := range []zolal.Transport{zolal.WebSocket, zolal.Stream, zolal.Poll} {
		t.Run(string(by), func(t *testing.T) {
			t.Parallel()
			playRestore(t, by)
		})
	}
}

func playRestore(t *testing.T, by zolal.Transport) {
	host := testenv.Restorable(t)
	ways := []zolal.Transport{by}
	var net testenv.Network
	away := zolal.Options{Transports: ways, Journal: zolal.DirJournal(t.TempDir())}
	sara := guest(t, host.Address(0), "rewound_sara", zolal.Options{Transports: ways})
	reza := guest(t, host.Address(0), "rewound_reza", zolal.Options{Transports: ways, Dial: net.Dial})
	mina := guestIn(t, host.Address(0), "rewound_mina", &away)
	chat := group(t, sara, reza, mina)
	one := say(t, sara, chat, "یک")
	reply(t, reza, one, "دو")
	screens := [3]screen{}
	ctx, cancel := context.WithCancel(t.Context())
	var looking sync.WaitGroup
	defer looking.Wait()
	defer cancel()
	for i, c := range []*zolal.Client{sara, reza, mina} {
		looking.Go(func() { screens[i].look(ctx, c, chat, 0) })
	}
	host.BackUp()

	three := say(t, sara, chat, "سه")
	say(t, mina, chat, "از مینا")
	four := reply(t, reza, three, "چهار")
	// Each has seen what the server will forget, and so has something to be cut back.
	for i := range screens {
		waitUntil(t, func() bool { return len(screens[i].texts()) == 5 })
	}
	mina.Close()
	net.Cut()
	waiting, stop := context.WithTimeout(t.Context(), time.Millisecond)
	defer stop()
	_, err := reza.Send(waiting, &zolalv1.SendRequest{
		Chat: chat, Text: "پنج", Reply: &zolalv1.Reply{Seq: four.GetSeq()},
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("without a network the message is %v", err)
	}
	secret := group(t, sara)
	say(t, sara, secret, "راز")

	if err := host.Restore(); err != nil {
		t.Fatal(err)
	}
	// Whoever makes a chat now may get the number of one that is gone.
	net.Mend()
	if other := group(t, reza, sara); other != secret {
		t.Fatalf("the next chat is %d; the one that is gone was %d", other, secret)
	}
	after := screens[2].last()
	again, err := zolal.Dial(ctx, host.Address(0), away)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	looking.Go(func() { screens[2].look(ctx, again, chat, after) })
	want := []string{"یک", "دو", "سه", "از مینا", "چهار", "پنج"}
	slices.Sort(want)
	for i := range screens {
		waitUntil(t, func() bool { return slices.Equal(slices.Sorted(slices.Values(screens[i].texts())), want) })
	}
	agree(t, screens[:], chatTexts(t, sara, chat))
	if leaked := chatTexts(t, sara, secret); len(leaked) != 0 {
		t.Errorf("a chat that is gone spoke in another: %v", leaked)
	}
}

// agree checks that every screen shows what the server has, and that no reply points at what is gone.
func agree(t *testing.T, screens []screen, truth []stored) {
	t.Helper()
	for i := range screens {
		s := &screens[i]
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.wrong != nil || len(s.gone) != 1 {
			t.Errorf("screen %d was cut back %v, and ended with %v", i, s.gone, s.wrong)
		}
		var got []stored
		for _, r := range s.rows {
			got = append(got, stored{r.seq, r.text})
			if r.reply != 0 && r.text != "دو" {
				t.Errorf("%q answers message %d, which is another now", r.text, r.reply)
			}
		}
		if !slices.Equal(got, truth) {
			t.Errorf("screen %d shows %v; the chat is %v", i, got, truth)
		}
	}
	place := make(map[string]uint32)
	for _, s := range truth {
		place[s.text] = s.seq
	}
	if place["چهار"] > place["پنج"] {
		t.Errorf("what was written first came last: %v", truth)
	}
}

// guestIn signs up as guest does, and leaves in the options what another client of the device needs.
func guestIn(t *testing.T, address, name string, o *zolal.Options) *zolal.Client {
	t.Helper()
	o.Info = &zolalv1.ClientInfo{Device: name, Client: "test"}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	s, err := zolal.SignUp(ctx, address, *o, &zolalv1.SignUpRequest{
		Key: zolal.NewKey(time.Now()), Username: name, Password: "correct horse battery 7", Name: name,
		Recovery: make([]byte, 32),
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Token = s.GetToken()
	c, err := zolal.Dial(ctx, address, *o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAMarkBeyondTheEndOfALogIsNotTaken(t *testing.T) {
	t.Parallel()
	host := testenv.Memory(t)
	c := guest(t, host.Address(0), "beyond_it", zolal.Options{})
	chat := notes(t, c)
	say(t, c, chat, "تنها")
	err := c.Follow(t.Context(), chat, 1000, func(*zolalv1.Entry) error { return errors.New("an entry") })
	var rewound *zolal.RewoundError
	if !errors.As(err, &rewound) || rewound.Common > 2 {
		t.Fatalf("a follower from beyond the end was told %v", err)
	}
}

func TestARealServerRestoredFromItsBackupGetsBackWhatItsClientHad(t *testing.T) {
	if testing.Short() {
		t.Skip("restores a real server")
	}
	t.Parallel()
	host := testenv.Binary(t)
	c := guest(t, host.Address(0), "restored_one", zolal.Options{})
	chat := notes(t, c)
	say(t, c, chat, "پیش از پشتیبان")
	file := filepath.Join(t.TempDir(), "backup.zolal")
	if _, err := host.Run("backup", file); err != nil {
		t.Fatal(err)
	}
	say(t, c, chat, "پس از پشتیبان")
	err := host.Stop()
	if err == nil {
		_, err = host.Run("restore", file, "--force")
	}
	if err == nil {
		err = host.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	say(t, c, chat, "و باز")
	var texts []string
	for _, e := range chatTexts(t, c, chat) {
		texts = append(texts, e.text)
	}
	if want := []string{"پیش از پشتیبان", "پس از پشتیبان", "و باز"}; !slices.Equal(texts, want) {
		t.Fatalf("the chat shows %q", texts)
	}
}
