// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// maxCalls bounds the calls that an HTTP carrier has under way at once.
const maxCalls = 64

// pollWait is how long the server may hold a poll.
const pollWait = 25 * time.Second

// post is what both HTTP carriers share: calls go out as POST requests, and their answers come in among
// the updates. Writes are posted one after the other, so that they arrive in order.
type post struct {
	base    *url.URL
	client  *http.Client
	options Options
	life    string // of the server, in hexadecimal, once it is known
	ctx     context.Context
	cancel  context.CancelFunc

	writes chan *zolalv1.ClientFrame
	slots  chan struct{}
	in     chan *zolalv1.ServerFrame
	owned  sync.WaitGroup

	mu  sync.Mutex
	err error
}

func newPost(base *url.URL, o Options) *post {
	ctx, cancel := context.WithCancel(context.Background())
	p := &post{
		base: base, client: o.httpClient(), options: o, ctx: ctx, cancel: cancel,
		writes: make(chan *zolalv1.ClientFrame, maxCalls),
		slots:  make(chan struct{}, maxCalls),
		in:     make(chan *zolalv1.ServerFrame, maxCalls),
	}
	p.owned.Add(1)
	go p.write()
	return p
}

// ordered names the methods whose order matters to people.
var ordered = map[string]bool{
	"Messages/Send": true, "Messages/Edit": true, "Messages/Delete": true, "Messages/Forward": true,
}

func (p *post) send(frame *zolalv1.ClientFrame) error {
	if ordered[frame.GetMethod()] {
		select {
		case p.writes <- frame:
			return nil
		case <-p.ctx.Done():
			return p.reason()
		}
	}
	select {
	case p.slots <- struct{}{}:
	case <-p.ctx.Done():
		return p.reason()
	}
	p.owned.Add(1)
	go func() {
		defer p.owned.Done()
		defer func() { <-p.slots }()
		p.call(frame)
	}()
	return nil
}

func (p *post) write() {
	defer p.owned.Done()
	for {
		select {
		case f := <-p.writes:
			p.call(f)
		case <-p.ctx.Done():
			return
		}
	}
}

// call makes one request; a fault of the network ends the carrier, so that the outbox asks again, and so does
// a server that was restored.
func (p *post) call(frame *zolalv1.ClientFrame) {
	ctx, cancel := context.WithTimeout(p.ctx, 4*p.options.patience())
	defer cancel()
	payload, err := p.exchange(ctx, frame.GetMethod(), frame.GetPayload())
	r := &zolalv1.Response{Id: frame.GetId()}
	var refused *Error
	switch {
	case errors.As(err, &refused) && refused.Code != zolalv1.ErrorCode_INCARNATION_CHANGED:
		r.Result = &zolalv1.Response_Error{Error: &zolalv1.Error{
			Code: refused.Code, Message: refused.Text, Field: refused.Field,
			RetryMs: uint32(refused.Retry.Milliseconds()),
		}}
	case err != nil:
		p.fail(err)
		return
	default:
		r.Result = &zolalv1.Response_Payload{Payload: payload}
	}
	p.deliver(&zolalv1.ServerFrame{What: &zolalv1.ServerFrame_Response{Response: r}})
}

func (p *post) deliver(f *zolalv1.ServerFrame) {
	select {
	case p.in <- f:
	case <-p.ctx.Done():
	}
}

// exchange posts an encoded request and returns the encoded answer, or the *Error that the server gave.
func (p *post) exchange(ctx context.Context, method string, payload []byte) ([]byte, error) {
	resp, err := p.open(ctx, "/api/"+method, payload)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxFrame))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, refusal(body)
	}
	return body, nil
}

// open posts and checks that it is the server who answers.
func (p *post) open(ctx context.Context, path string, payload []byte) (*http.Response, error) {
	u := *p.base
	u.Path = path
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(payload))
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	if p.options.Token != "" {
		req.Header.Set("Authorization", "Bearer "+p.options.Token)
	}
	if p.life != "" { // SYNC-7
		req.Header.Set("Zolal-Incarnation", p.life)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("post: %w", err)
	}
	if resp.Header.Get("Zolal") != "v1" {
		resp.Body.Close()
		return nil, ErrInterfering
	}
	return resp, nil
}

func refusal(body []byte) error {
	e := new(zolalv1.Error)
	if err := proto.Unmarshal(body, e); err != nil || e.GetCode() == 0 {
		return ErrInterfering
	}
	return fromWire(e)
}

func (p *post) receive() (*zolalv1.ServerFrame, error) {
	select {
	case f := <-p.in:
		return f, nil
	case <-p.ctx.Done():
	}
	// What came before the end is handed on first: the last word says why.
	p.owned.Wait()
	select {
	case f := <-p.in:
		return f, nil
	default:
		return nil, p.reason()
	}
}

func (p *post) fail(err error) {
	p.mu.Lock()
	if p.err == nil {
		p.err = err
	}
	p.mu.Unlock()
	p.cancel()
}

func (p *post) reason() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		return ErrClosed
	}
	return p.err
}

func (p *post) close() error {
	p.fail(ErrClosed)
	p.client.CloseIdleConnections()
	return nil
}

// openStream opens a carrier whose updates come in one endless answer.
func openStream(ctx context.Context, base *url.URL, o Options) (carrier, *zolalv1.HelloOk, error) {
	p := newPost(base, o)
	payload, err := proto.Marshal(o.hello())
	if err != nil {
		return nil, nil, fmt.Errorf("encode hello: %w", err)
	}
	// The stream lives as long as the carrier; only its opening obeys ctx.
	stop := context.AfterFunc(ctx, p.cancel)
	resp, err := p.open(p.ctx, "/api/stream", payload)
	if err == nil && resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxFrame))
		resp.Body.Close()
		err = refusal(body)
	}
	if err != nil {
		stop()
		p.fail(err)
		return nil, nil, err
	}
	quiet := time.AfterFunc(o.silence(), func() { p.fail(errSilent) })
	br := bufio.NewReader(&heartReader{r: resp.Body, quiet: quiet, limit: o.silence()})
	first, err := readFrame(br)
	var ok *zolalv1.HelloOk
	if err == nil {
		ok, err = helloFrom(first)
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		quiet.Stop()
		resp.Body.Close()
		p.fail(err)
		return nil, nil, err
	}
	p.life = hex.EncodeToString(ok.GetIncarnation())
	p.owned.Add(1)
	go func() {
		defer p.owned.Done()
		defer quiet.Stop()
		defer resp.Body.Close()
		for {
			f, err := readFrame(br)
			if err != nil {
				p.fail(err)
				return
			}
			p.deliver(f)
		}
	}()
	return p, ok, nil
}

// errSilent ends a stream on which not even a heartbeat comes.
var errSilent = errors.New("the stream fell silent")

// heartReader puts off the end of a stream whenever something comes.
type heartReader struct {
	r     io.Reader
	quiet *time.Timer
	limit time.Duration
}

// Read reads on.
func (h *heartReader) Read(b []byte) (int, error) {
	n, err := h.r.Read(b)
	if n > 0 {
		h.quiet.Reset(h.limit)
	}
	return n, err
}

// readFrame reads one frame of a stream, skipping heartbeats.
func readFrame(r *bufio.Reader) (*zolalv1.ServerFrame, error) {
	for {
		var size [4]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return nil, fmt.Errorf("read stream: %w", err)
		}
		n := binary.BigEndian.Uint32(size[:])
		if n == 0 {
			continue
		}
		if n > maxFrame {
			return nil, fmt.Errorf("frame of %d bytes: %w", n, ErrInterfering)
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(r, body); err != nil {
			return nil, fmt.Errorf("read stream: %w", err)
		}
		f := new(zolalv1.ServerFrame)
		if err := proto.Unmarshal(body, f); err != nil {
			return nil, ErrInterfering
		}
		return f, nil
	}
}

// openPoll opens a carrier that asks for updates again and again: it passes wherever a web page does.
func openPoll(ctx context.Context, base *url.URL, o Options) (carrier, *zolalv1.HelloOk, error) {
	p := newPost(base, o)
	hello, err := proto.Marshal(o.hello())
	if err != nil {
		return nil, nil, fmt.Errorf("encode hello: %w", err)
	}
	body, err := p.exchange(ctx, "Hello", hello)
	ok := new(zolalv1.HelloOk)
	if err == nil && (proto.Unmarshal(body, ok) != nil || len(ok.GetIncarnation()) == 0) {
		err = ErrInterfering
	}
	if err != nil {
		p.fail(err)
		return nil, nil, err
	}
	p.life = hex.EncodeToString(ok.GetIncarnation())
	var id [12]byte
	rand.Read(id[:])
	session := base64.RawURLEncoding.EncodeToString(id[:])
	p.owned.Add(1)
	go func() {
		defer p.owned.Done()
		p.poll(session)
	}()
	return p, ok, nil
}

// poll asks for updates until the carrier ends. The number of the last one received is what acknowledges.
func (p *post) poll(session string) {
	req := &zolalv1.PollRequest{WaitMs: uint32(pollWait.Milliseconds()), Session: session}
	for {
		payload, err := proto.Marshal(req)
		if err != nil {
			p.fail(fmt.Errorf("encode poll: %w", err))
			return
		}
		ctx, cancel := context.WithTimeout(p.ctx, pollWait+4*p.options.patience())
		body, err := p.exchange(ctx, "Sync/Poll", payload)
		cancel()
		if err != nil {
			p.fail(err)
			return
		}
		u := new(zolalv1.Updates)
		if err := proto.Unmarshal(body, u); err != nil {
			p.fail(ErrInterfering)
			return
		}
		if len(u.GetUpdates()) > 0 {
			p.deliver(&zolalv1.ServerFrame{What: &zolalv1.ServerFrame_Updates{Updates: u}})
		}
		req.After = u.GetNumber()
	}
}
