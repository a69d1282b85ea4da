// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"encoding/binary"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// streamChunk is how much of a queue is taken for one write of a stream, in bytes.
const streamChunk = 64 << 10

// serveStream answers with every update for as long as the client reads: each frame with its length in four
// bytes before it, an empty one when there was nothing for a while.
//
// HTTP-6
func (g *Gateway) serveStream(w http.ResponseWriter, r *http.Request) {
	if !g.open(w, r) {
		return
	}
	s, out, err := g.openStream(w, r)
	if err != nil {
		g.blame(err)
		g.httpError(w, r, err)
		return
	}
	defer g.cfg.Hub.Leave(s)
	defer out.close()
	defer g.programs.leave(out.program)
	w.Header().Set("Content-Type", typeProto)
	w.Header().Set("X-Accel-Buffering", "no")
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(g.ctx, cancel)()
	beat := time.NewTicker(g.cfg.Heartbeat)
	defer beat.Stop()
	for {
		over := false
		var frames []*hub.Frame
		select {
		case <-s.Ready():
			frames, over = s.Take(streamChunk)
		case <-beat.C:
			frames = []*hub.Frame{{}}
		case <-ctx.Done():
			return
		}
		if out.write(frames) != nil || over {
			return
		}
	}
}

// openStream checks the hello in the body and opens a session.
func (g *Gateway) openStream(w http.ResponseWriter, r *http.Request) (*hub.Session, *streamWriter, error) {
	h := new(zolalv1.Hello)
	if err := g.body(w, r, h); err != nil {
		return nil, nil, err
	}
	c, err := g.httpCaller(r)
	if err != nil {
		return nil, nil, err
	}
	if h.GetToken() == "" && c.actor.Account == 0 {
		return nil, nil, chat.Errorf(chat.CodeUnauthenticated, "a stream needs a token")
	}
	if h.GetToken() == "" {
		h.Token = bearer(r)
	}
	who, err := g.welcome(r.Context(), h, c.from)
	if err != nil {
		return nil, nil, err
	}
	out := &streamWriter{w: w, control: http.NewResponseController(w)}
	if err := out.control.EnableFullDuplex(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, nil, err
	}
	s := new(hub.Session)
	s.CutBy(out.cut)
	if err := g.openSession(s, who.identity(), nil, g.replyFrame(0, g.helloOk(), nil)); err != nil {
		return nil, nil, err
	}
	out.program = g.programs.enter(who.runs)
	return s, out, nil
}

// streamWriter writes frames to an answer that stays open.
type streamWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	buf     []byte
	program uint16 // row of what the client says it is

	mu   sync.Mutex
	over bool // nothing more is written; the answer may be another's by now
}

// errCut says that a stream ended while its client did not read.
var errCut = errors.New("the stream was cut off")

// cut ends a write that waits for the client, and all after it.
//
// AUTH-5
func (o *streamWriter) cut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.over {
		o.over = true
		_ = o.control.SetWriteDeadline(time.Unix(1, 0)) // where it fails nothing can be written either
	}
}

// close has a cut do nothing from here on: the handler returns.
func (o *streamWriter) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
}

// until bounds the next write.
func (o *streamWriter) until(t time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return errCut
	}
	return o.control.SetWriteDeadline(t)
}

// write sends frames, each with its length. A client that does not read loses the stream (LIM-4).
func (o *streamWriter) write(frames []*hub.Frame) error {
	o.buf = o.buf[:0]
	for _, f := range frames {
		body := f.Data[f.Head:]
		o.buf = binary.BigEndian.AppendUint32(o.buf, uint32(len(body)))
		o.buf = append(o.buf, body...)
	}
	if err := o.until(time.Now().Add(wire.WriteLimit)); err != nil {
		return err
	}
	if _, err := o.w.Write(o.buf); err != nil {
		return err
	}
	if err := o.control.Flush(); err != nil {
		return err
	}
	return o.until(time.Time{})
}
