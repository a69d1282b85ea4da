// SPDX-License-Identifier: Apache-2.0

// Package zolal is the public client of a Zolal server.
//
// Two layers. A [Conn] is one connection: calls go out, answers and updates come in, and when it breaks
// it is over. A [Client] lives longer than any connection: it reconnects with jitter, moves from
// WebSocket to streamed HTTP to polling where a network swallows data and back when it no longer does,
// moves on to the next of the server's signed addresses, keeps an outbox whose messages are stored once
// however often they are sent ([Client.Send]), and follows chats without gaps ([Client.Follow]).
//
// A server that was restored from a backup begins another incarnation. The client sends it again what it had
// sent lately, tells followers how far back to go ([RewoundError]), and lets no call that was begun before
// reach it (INCARNATION_CHANGED).
//
// Every write carries a key ([NewKey]); the server stores a key once, so asking again is always safe.
// Requests and answers are the messages of package zolalv1, generated from proto/zolal/v1.
package zolal

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Protocol is the version of the native protocol that this package speaks.
const Protocol = 1

// Options say how to reach a server and as whom. The zero value of each field is a sensible default.
type Options struct {
	// Token is what SignUp and SignIn return; empty for the open methods only.
	Token string
	// Info says what program asks; shown in the account's list of devices.
	Info *zolalv1.ClientInfo
	// TLS configures secure connections.
	TLS *tls.Config
	// Dial opens network connections; net.Dialer where nil.
	Dial func(network, address string) (net.Conn, error)
	// Transports are tried in this order; all three where empty.
	Transports []Transport
	// Patience is how long a connection may take to show that data arrives, at its beginning and whenever a
	// call waits: then it is pinged, and given up when nothing comes for as long again. A request over HTTP is
	// given up after four times that. 5 s where 0.
	Patience time.Duration
	// Silence is how long a stream may bring nothing at all, not even a heartbeat; 45 s where 0.
	Silence time.Duration
	// Climb is how long a client stays on a slower transport before it tries the better ones again, doubling
	// up to half an hour; a minute where 0.
	Climb time.Duration
	// Network names the network that the device is on, where the program can tell: what works is remembered
	// for each network and address. Where nil, all networks count as one.
	Network func() string
	// Journal keeps what must outlive the process: the outbox, what was sent lately, how far chats were
	// followed, and the server's addresses. In memory where nil, which forgets it all.
	Journal Journal
	// Now is the local clock; time.Now where nil.
	Now func() time.Time
	// Raw, where set, is given the encoded server frames that carry updates, instead of anything being
	// decoded; the bytes are valid during the call only. WebSockets only; for load generators.
	Raw func(frame []byte)
	// Log hears of what nobody waits for; silent where nil.
	Log *slog.Logger
}

// Transport is a way to carry calls and updates.
type Transport string

// The transports, from the quickest to the one that passes where nothing else does.
const (
	WebSocket Transport = "websocket"
	Stream    Transport = "stream"
	Poll      Transport = "poll"
)

func (o Options) patience() time.Duration {
	if o.Patience > 0 {
		return o.Patience
	}
	return 5 * time.Second
}

func (o Options) silence() time.Duration {
	if o.Silence > 0 {
		return o.Silence
	}
	return 45 * time.Second
}

func (o Options) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}

func (o Options) log(what string, err error) {
	if o.Log != nil {
		o.Log.Warn(what, "error", err)
	}
}

func (o Options) transports() []Transport {
	if len(o.Transports) > 0 {
		return o.Transports
	}
	return []Transport{WebSocket, Stream, Poll}
}

// hello is the first thing a connection says.
func (o Options) hello() *zolalv1.Hello {
	h := &zolalv1.Hello{Token: o.Token, Protocol: Protocol}
	if i := o.Info; i != nil {
		h.Client, h.Version, h.Build = i.GetClient(), i.GetVersion(), i.GetBuild()
	}
	return h
}

// httpClient returns a client for one address, without a limit on a whole exchange: streams last.
func (o Options) httpClient() *http.Client {
	t := &http.Transport{
		TLSClientConfig:     o.TLS,
		MaxIdleConnsPerHost: 8,
		IdleConnTimeout:     90 * time.Second,
		ForceAttemptHTTP2:   true,
	}
	if o.Dial != nil {
		//lint:ignore SA1019 a plain dial function is all that Options offers
		t.Dial = o.Dial
	}
	return &http.Client{Transport: t}
}

// baseURL reads "host", "host:port" or a full address as the root of a server.
func baseURL(address string) (*url.URL, error) {
	if !strings.Contains(address, "://") {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			host = address
		}
		scheme := "https://"
		if ip := net.ParseIP(host); host == "localhost" || (ip != nil && ip.IsLoopback()) {
			scheme = "http://"
		}
		address = scheme + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, &Error{Code: zolalv1.ErrorCode_BAD_REQUEST, Text: "not an address of a server"}
	}
	u.Path, u.RawQuery, u.Fragment = "", "", ""
	return u, nil
}
