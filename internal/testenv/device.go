// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// password is everybody's in a script.
const password = "correct horse battery 7"

// device is one signed-in client of a script, over a network of its own.
type device struct {
	account uint32
	device  uint32
	client  *zolal.Client
	net     *Network
	name    string
	token   string

	mu      sync.Mutex
	views   map[uint32]*view
	ticks   map[uint32]uint32          // chat → seq read by a peer
	typing  map[uint32]*zolalv1.Typing // chat → who
	cancel  context.CancelFunc
	follows sync.WaitGroup
}

// view is what a device shows of one chat, folded from its entries.
type view struct {
	err  error
	last uint32
	rows map[uint32]*row
	list []uint32
	pins []uint32
}

// row is a message as shown now.
type row struct {
	seq, author, reply uint32
	text               string
	edited, gone       bool
}

// options are those of every client of a script: quick to notice trouble.
func options(token, name string, n *Network) zolal.Options {
	return zolal.Options{
		Token: token, Dial: n.Dial, Patience: 5 * time.Second,
		Info: &zolalv1.ClientInfo{Device: name, Client: "script", Version: "1"},
	}
}

// newcomer is somebody who signs up: a name, what makes the username unique, and the secret of a pass or
// none.
type newcomer struct {
	name string
	tag  int
	pass string
}

// signUp makes an account and connects its first device.
func signUp(ctx context.Context, address, name string, tag int) (*device, error) {
	return signUpBy(ctx, address, newcomer{name: name, tag: tag})
}

func signUpBy(ctx context.Context, address string, who newcomer) (*device, error) {
	n := &Network{}
	username := fmt.Sprintf("%s_script%d", who.name, who.tag)
	s, err := zolal.SignUp(ctx, address, options("", who.name, n), &zolalv1.SignUpRequest{
		Key: zolal.NewKey(time.Now()), Username: username, Password: password, Name: who.name,
		Recovery: make([]byte, 32), Pass: who.pass,
	})
	if err != nil {
		return nil, fmt.Errorf("sign up %s: %w", who.name, err)
	}
	return connect(ctx, address, s, n, who.name)
}

// signIn connects another device of an account.
func signIn(ctx context.Context, address, username, name string) (*device, error) {
	n := &Network{}
	s, err := zolal.SignIn(ctx, address, options("", name, n), &zolalv1.SignInRequest{
		Username: username, Password: password,
	})
	if err != nil {
		return nil, fmt.Errorf("sign in %s: %w", name, err)
	}
	return connect(ctx, address, s, n, name)
}

func connect(
	ctx context.Context, address string, s *zolalv1.Session, n *Network, name string,
) (*device, error) {
	c, err := zolal.Dial(ctx, address, options(s.GetToken(), name, n))
	if err != nil {
		return nil, err
	}
	d := &device{
		account: s.GetAccount(), device: s.GetDevice(), client: c, net: n, name: s.GetUsername(),
		token: s.GetToken(),
		views: map[uint32]*view{}, ticks: map[uint32]uint32{}, typing: map[uint32]*zolalv1.Typing{},
	}
	_, d.cancel = context.WithCancel(ctx)
	c.OnUpdate(d.signal)
	return d, nil
}

// signal notes what is fleeting.
func (d *device) signal(u *zolalv1.Update) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch w := u.GetSignal().GetWhat().(type) {
	case *zolalv1.Signal_Read:
		d.ticks[w.Read.GetChat()] = max(d.ticks[w.Read.GetChat()], w.Read.GetSeq())
	case *zolalv1.Signal_Typing:
		d.typing[w.Typing.GetChat()] = w.Typing
		if w.Typing.GetStopped() {
			delete(d.typing, w.Typing.GetChat())
		}
	}
}

// follow begins to show a chat; asking again does nothing.
func (d *device) follow(ctx context.Context, chat uint32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v := d.views[chat]; v != nil && v.err == nil {
		return
	}
	v := &view{rows: map[uint32]*row{}}
	d.views[chat] = v
	d.follows.Go(func() {
		err := d.client.Follow(ctx, chat, 0, func(e *zolalv1.Entry) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			return v.take(e)
		})
		d.mu.Lock()
		defer d.mu.Unlock()
		v.err = err
	})
}

// take folds one entry; they come in order, each once, which is checked here.
func (v *view) take(e *zolalv1.Entry) error {
	if v.last != 0 && e.GetSeq() != v.last+1 {
		return fmt.Errorf("entry %d after %d", e.GetSeq(), v.last)
	}
	v.last = e.GetSeq()
	target := v.rows[e.GetEnvelope().GetTarget()]
	switch e.GetEnvelope().GetKind() {
	case zolalv1.Kind_KIND_MESSAGE:
		r := &row{seq: e.GetSeq(), author: e.GetAuthor()}
		v.rows[r.seq] = r
		v.list = append(v.list, r.seq)
		if o := e.GetOverlay(); o != nil {
			r.gone = o.GetRedacted()
			return r.show(o.GetBody(), true)
		}
		return r.show(e.GetBody(), false)
	case zolalv1.Kind_KIND_EDIT:
		if target != nil && !target.gone && len(e.GetBody()) > 0 {
			return target.show(e.GetBody(), true)
		}
	case zolalv1.Kind_KIND_DELETE:
		if target != nil {
			target.gone = true
		}
	case zolalv1.Kind_KIND_PIN:
		v.pins = append(v.pins, e.GetEnvelope().GetTarget())
	}
	return nil
}

func (r *row) show(body []byte, edited bool) error {
	if r.gone {
		return nil
	}
	m := new(zolalv1.Message)
	if err := proto.Unmarshal(body, m); err != nil {
		return err
	}
	r.text, r.edited, r.reply = m.GetText(), edited, m.GetReply().GetSeq()
	return nil
}

// texts returns what a chat shows, in order.
func (d *device) texts(chat uint32) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.views[chat]
	if v == nil {
		return nil, nil
	}
	var all []string
	for _, seq := range v.list {
		if r := v.rows[seq]; !r.gone {
			all = append(all, r.text)
		}
	}
	return all, v.err
}

// shown returns a message as a chat shows it, nil while it does not.
func (d *device) shown(n note) *row {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v := d.views[n.chat]; v != nil && v.rows[n.seq] != nil {
		copied := *v.rows[n.seq]
		return &copied
	}
	return nil
}

func (d *device) close() {
	d.cancel()
	d.client.Close()
	d.follows.Wait()
}

// TextOf returns the text of a message entry as it stands now.
func TextOf(t *testing.T, e *zolalv1.Entry) string {
	t.Helper()
	body := e.GetBody()
	if o := e.GetOverlay(); o != nil {
		body = o.GetBody()
	}
	m := new(zolalv1.Message)
	if err := proto.Unmarshal(body, m); err != nil {
		t.Fatal(err)
	}
	return m.GetText()
}
