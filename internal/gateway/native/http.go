// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Every answer carries this header, so that a client knows a filter's page or a captive portal from us.
//
// HTTP-1
const (
	headerName  = "Zolal"
	headerValue = "v1"
)

// headerLife names, on a request, the incarnation of the server that the client knows.
const headerLife = "Zolal-Incarnation"

const (
	typeJSON  = "application/json"
	typeProto = "application/x-protobuf"
)

// serveCall carries out one method: POST /api/Service/Method.
//
// HTTP-2
func (g *Gateway) serveCall(w http.ResponseWriter, r *http.Request) {
	if !g.open(w, r) {
		return
	}
	m, err := g.find([]byte(strings.TrimPrefix(r.URL.Path, "/api/")))
	if err != nil {
		g.httpError(w, r, err)
		return
	}
	c, err := g.httpCaller(r)
	if err != nil {
		g.httpError(w, r, err)
		return
	}
	if err := m.may(c.actor); err != nil {
		g.httpError(w, r, err)
		return
	}
	if err := g.sameLife(r); err != nil {
		g.httpError(w, r, err)
		return
	}
	req := m.fresh()
	if err := g.body(w, r, req); err != nil {
		g.httpError(w, r, err)
		return
	}
	out, err := g.guarded(func() (proto.Message, error) {
		a, err := m.begin(r.Context(), c, req)
		if err != nil {
			return nil, err
		}
		return a.get(r.Context())
	})
	if err != nil {
		g.blame(err)
		g.httpError(w, r, err)
		return
	}
	g.httpAnswer(w, r, http.StatusOK, out)
}

// open sets what every answer has and settles what needs no method: other origins, and the questions that
// browsers ask before they send to one.
//
// HTTP-5
func (g *Gateway) open(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h.Set(headerName, headerValue)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	g.timed(h)
	if !g.allowed(r) {
		g.httpError(w, r, chat.Errorf(chat.CodeForbidden, "not from a page of another origin"))
		return false
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", headerName+", Retry-After")
		h.Add("Vary", "Origin")
	}
	switch r.Method {
	case http.MethodPost:
		return true
	case http.MethodOptions:
		h.Set("Access-Control-Allow-Methods", "POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, "+headerLife)
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return false
	default:
		h.Set("Allow", "POST, OPTIONS")
		g.httpAnswer(w, r, http.StatusMethodNotAllowed,
			wire.ErrorOut(chat.Errorf(chat.CodeBadRequest, "methods are called by POST")))
		return false
	}
}

// timed has browsers tell pages of the addresses in the signed list how much an answer was, as they tell its
// own: the app counts what it spends. What a video asks for says not which page it is of.
//
// HTTP-5
func (g *Gateway) timed(h http.Header) {
	if g.timing != "" {
		h.Set("Timing-Allow-Origin", g.timing)
	}
}

// sameLife refuses what was asked of the server before it was restored: a sequence number, or a chat, may
// mean something else now. A WebSocket needs no such check: it does not outlive the process that opened it.
//
// SYNC-7
func (g *Gateway) sameLife(r *http.Request) error {
	known := r.Header.Get(headerLife)
	inc := g.cfg.Engine.Incarnation()
	if known == "" || strings.EqualFold(known, hex.EncodeToString(inc[:])) {
		return nil
	}
	return chat.Errorf(chat.CodeIncarnationChanged, "the server was restored since")
}

// httpCaller finds out who asks, within the limits of whoever that is.
//
// AUTH-4
func (g *Gateway) httpCaller(r *http.Request) (*caller, error) {
	c := &caller{Gateway: g, from: g.from(r)}
	header := r.Header.Get("Authorization")
	if header == "" {
		return c, g.rates.address(c.from)
	}
	token := bearer(r)
	if token == "" {
		return nil, chat.Errorf(chat.CodeUnauthenticated, "authorization is by Bearer")
	}
	actor, s, err := g.authenticate(r.Context(), token, account.Program{}, c.from)
	if err != nil {
		return nil, err
	}
	c.actor, c.operator = actor, s.Operator
	return c, g.rates.account(actor.Account)
}

// bearer is the token of a request, empty where it has none.
func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// body reads a request: JSON or protobuf, as its type says. One that trickles in loses its connection.
//
// HTTP-3
func (g *Gateway) body(w http.ResponseWriter, r *http.Request, m proto.Message) error {
	// Where no deadline can be set, as in a test without a network, none is needed.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(g.cfg.BodyWithin))
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxFrame))
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return chat.Errorf(chat.CodeTooLarge, "a request has at most %d bytes", wire.MaxFrame)
	}
	if err != nil {
		return chat.Errorf(chat.CodeBadFrame, "the request was cut off")
	}
	_ = control.SetReadDeadline(time.Time{})
	switch kind := mediaType(r); kind {
	case typeProto:
		return wire.Unmarshal(raw, m)
	case typeJSON:
		return fromJSON(raw, m)
	default:
		return &chat.Error{
			Code: chat.CodeBadRequest, Field: "Content-Type", Text: "is " + typeJSON + " or " + typeProto,
		}
	}
}

// mediaType is the type of a request; without one, as curl sends a form or nothing, it is JSON.
func mediaType(r *http.Request) string {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil, kind == "application/x-www-form-urlencoded":
		return typeJSON
	case kind == "application/protobuf", kind == "application/octet-stream":
		return typeProto
	default:
		return kind
	}
}

// fromJSON decodes a request; unlike in protobuf, a field that is not known is refused, since it is a typing
// error more often than a newer client. No body at all is an empty request.
func fromJSON(raw []byte, m proto.Message) error {
	if len(strings.TrimSpace(string(raw))) == 0 {
		return nil
	}
	err := protojson.UnmarshalOptions{}.Unmarshal(raw, m)
	switch {
	case err == nil:
		return nil
	case strings.Contains(err.Error(), "UTF-8"):
		return chat.Errorf(chat.CodeBadText, "a text is not UTF-8")
	default:
		return chat.Errorf(chat.CodeBadRequest, "%s", strings.ReplaceAll(err.Error(), "\u00a0", " "))
	}
}

// httpError answers with an error: its status, and itself as the body.
//
// ERR-3
func (g *Gateway) httpError(w http.ResponseWriter, r *http.Request, err error) {
	e := wire.ErrorOut(err)
	if ms := e.GetRetryMs(); ms > 0 {
		w.Header().Set("Retry-After", strconv.FormatUint((uint64(ms)+999)/1000, 10))
	}
	if e.GetCode() == zolalv1.ErrorCode_UNAUTHENTICATED {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	g.httpAnswer(w, r, wire.Status(chat.Code(e.GetCode())), e)
}

// httpAnswer encodes an answer as the request was encoded.
func (g *Gateway) httpAnswer(w http.ResponseWriter, r *http.Request, status int, m proto.Message) {
	kind := mediaType(r)
	var raw []byte
	var err error
	if kind == typeProto {
		raw, err = wire.Marshal(m)
	} else {
		kind = typeJSON
		raw, err = protojson.Marshal(m)
	}
	if err != nil {
		g.cfg.Log.Error("an answer cannot be encoded", "error", err)
		status, raw = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(raw)
}

// compressed lets large answers be compressed where the client takes that. Streams are not: there a reader
// waits for every byte. Frames of a WebSocket are not either.
//
// HTTP-4
func compressed(h http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(1024), gzhttp.EnableZstd(true), gzhttp.PreferZstd(true),
		gzhttp.ContentTypes([]string{typeJSON, typeProto}),
	)
	if err != nil {
		return nil, err
	}
	return wrap(h), nil
}
