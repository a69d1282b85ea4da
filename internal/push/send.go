// SPDX-License-Identifier: AGPL-3.0-or-later

package push

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

const (
	// recordBytes is the size of every push, whatever is in it: lengths tell nothing.
	recordBytes = 256
	// keepSeconds is for how long a push service keeps what it cannot deliver.
	keepSeconds = 24 * 3600
	// maxTries is how often a push is tried; maxWait bounds how long a push service may have us wait.
	maxTries = 6
	maxWait  = time.Hour
	// crowd is how many jobs wait where it counts as much.
	crowd = 64
)

// message is what is pushed, encrypted to the browser: where to look, and nothing of what is there.
//
// PUSH-4
type message struct {
	Version int         `json:"v"`
	Chat    chat.ChatID `json:"chat,omitempty"`
	Seq     chat.Seq    `json:"seq,omitempty"`
	Read    chat.Seq    `json:"read,omitempty"` // what is shown of the chat goes
	Mention bool        `json:"mention,omitempty"`
	Offer   chat.Seq    `json:"offer,omitempty"` // the chat is offered to the account
	Over    chat.Seq    `json:"over,omitempty"`  // what is shown of such an offer goes
	Test    string      `json:"test,omitempty"`
}

// work carries jobs out, one after the other; the pushes themselves run beside.
func (s *Service) work(ctx context.Context) {
	for {
		j, ok := s.queue.next(ctx)
		if !ok {
			return
		}
		carry := s.carry
		if j.clear {
			carry = s.carryClear
		}
		if err := carry(ctx, j); err != nil && ctx.Err() == nil {
			s.cfg.Log.Warn("a push was not made", "err", err)
		}
	}
}

// carry wakes those devices of an account that are to be woken now.
//
// PUSH-3
// PUSH-12
func (s *Service) carry(ctx context.Context, j job) error {
	subs, err := s.of(ctx, j.account)
	if err != nil || len(subs) == 0 {
		return err
	}
	due, waits, err := s.waits(ctx, j)
	if err != nil || !waits {
		return err
	}
	now := s.millis()
	told := false
	for _, sub := range subs {
		if j.device != 0 && sub.Device != j.device ||
			!sub.Settings.wants(due.Type, due.Muted, j.mention, now) {
			continue
		}
		one := j
		one.device = sub.Device
		if s.cfg.Connected(sub.Account, sub.Device) {
			// A phone that lost its network looks connected for a while.
			if one.looks++; one.looks == 1 {
				one.due = s.cfg.Now().Add(s.cfg.Again)
				s.queue.add(one)
			}
			continue
		}
		told = s.launch(ctx, one, sub, j.message(), urgency(due.Type, j.mention)) || told
	}
	if told {
		s.noteTold(j.seat)
	}
	return nil
}

// waits reports whether what a job was made of still waits for the account, and what the chat holds for it.
func (s *Service) waits(ctx context.Context, j job) (engine.Due, bool, error) {
	due, in, err := s.cfg.Engine.Due(ctx, j.account, j.room)
	switch {
	case err != nil || !in:
		return due, false, err
	case j.offer:
		return due, due.Offer && chat.Seq(due.Standing) == j.seq, nil // one made anew has a job of its own
	}
	return due, due.Unread > 0 && due.Read < j.seq, nil
}

// message is what a job pushes.
func (j job) message() message {
	m := message{Version: 1, Chat: j.room}
	switch {
	case j.offer && j.clear:
		m.Over = j.seq
	case j.offer:
		m.Offer = j.seq
	case j.clear:
		m.Read = j.seq
	default:
		m.Seq, m.Mention = j.seq, j.mention
	}
	return m
}

// urgency is what a push service is told, so that it can spare a battery.
func urgency(kind chat.ChatType, mention bool) webpush.Urgency {
	if kind == chat.Channel && !mention {
		return webpush.UrgencyNormal
	}
	return webpush.UrgencyHigh
}

// of returns the subscriptions of an account, and forgets an account that has none any more.
func (s *Service) of(ctx context.Context, who chat.AccountID) ([]Subscription, error) {
	subs, err := s.cfg.Store.Subscriptions(ctx, who)
	if err != nil || len(subs) > 0 {
		return subs, err
	}
	s.mu.Lock()
	s.subscribers.Remove(uint32(who))
	s.mu.Unlock()
	// Somebody who subscribed in between is put back.
	if subs, err = s.cfg.Store.Subscriptions(ctx, who); len(subs) > 0 {
		s.mu.Lock()
		s.subscribers.Add(uint32(who))
		s.mu.Unlock()
	}
	return subs, err
}

// carryClear tells devices that were told something that it was seen elsewhere or is no more. One that is
// connected sees that itself.
//
// PUSH-7
// PUSH-12
func (s *Service) carryClear(ctx context.Context, j job) error {
	due, in, err := s.cfg.Engine.Due(ctx, j.account, j.room)
	if err != nil || in && (j.offer && due.Offer || !j.offer && due.Unread > 0) {
		return err // there is more to see: what is shown stays
	}
	s.mu.Lock()
	devices := s.shown[j.seat].devices
	delete(s.shown, j.seat)
	s.mu.Unlock()
	if !j.offer {
		j.seq = max(j.seq, due.Read)
	}
	subs, err := s.of(ctx, j.account)
	if err != nil {
		return err
	}
	for _, sub := range subs {
		for _, d := range devices {
			if d == sub.Device && sub.Settings.Clears && !s.cfg.Connected(sub.Account, d) {
				one := j
				one.device = d
				s.launch(ctx, one, sub, j.message(), webpush.UrgencyNormal)
			}
		}
	}
	return nil
}

// launch pushes beside the others, as soon as fewer than atOnce are under way, and reports whether it did:
// while a host is left alone, its jobs wait.
func (s *Service) launch(ctx context.Context, j job, sub Subscription, m message, u webpush.Urgency) bool {
	if until := s.hosts.closed(sub.Endpoint); !until.IsZero() {
		s.later(j, until)
		return false
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	s.owned.Go(func() {
		defer func() { <-s.slots }()
		got := s.send(ctx, sub, m, u)
		if ctx.Err() == nil {
			s.settle(ctx, j, sub, got)
		}
	})
	return true
}

// answered is what became of a push.
type answered struct {
	status int           // 0: the push service was not reached
	wait   time.Duration // that it asked for
}

func (a answered) taken() bool { return a.status >= 200 && a.status < 300 }
func (a answered) gone() bool {
	return a.status == http.StatusNotFound || a.status == http.StatusGone
}

// again reports whether another try may help.
func (a answered) again() bool {
	return a.status == 0 || a.status == http.StatusTooManyRequests || a.status == http.StatusRequestTimeout ||
		a.status >= 500
}

// settle does what the answer of a push service asks for.
//
// PUSH-8
func (s *Service) settle(ctx context.Context, j job, sub Subscription, got answered) {
	switch {
	case got.taken():
		s.stats.taken.Add(1)
		if j.clear {
			s.stats.clears.Add(1)
		} else {
			s.shows(ctx, j, sub)
		}
	case got.gone():
		s.forget(ctx, sub)
	case got.again():
		s.stats.failed.Add(1)
		if j.tries++; j.tries < maxTries {
			wait := max(got.wait, s.cfg.Backoff<<(j.tries-1))
			s.later(j, s.cfg.Now().Add(min(wait, maxWait)))
		}
	default:
		s.stats.refused.Add(1)
		s.cfg.Log.Warn("a push service refused a push", "status", got.status)
	}
}

// shows remembers that a device was told, and has it told the end of that where it came in the meantime, when
// the feed's follower knew of nothing to clear.
//
// PUSH-7
// PUSH-12
func (s *Service) shows(ctx context.Context, j job, sub Subscription) {
	s.noteShown(j.seat, sub.Device, j.seq)
	if _, waits, err := s.waits(ctx, j); err != nil || !waits {
		s.over(j.seat, j.seq)
	}
}

// later has a job wait; what is to be cleared is remembered for as long.
func (s *Service) later(j job, until time.Time) {
	j.due = until
	if j.clear {
		s.noteShown(j.seat, j.device, j.seq)
		j.device = 0
	}
	s.queue.add(j)
}

// forget ends a subscription that the push service no longer knows.
func (s *Service) forget(ctx context.Context, sub Subscription) {
	s.stats.gone.Add(1)
	if err := s.cfg.Store.DropSubscription(ctx, sub.Device, sub.Endpoint); err != nil {
		s.cfg.Log.Warn("an ended subscription was not removed", "err", err)
	}
}

// send pushes one message and returns what the push service answered.
func (s *Service) send(ctx context.Context, sub Subscription, m message, u webpush.Urgency) answered {
	raw, err := json.Marshal(m)
	if err != nil {
		return answered{status: http.StatusBadRequest}
	}
	select {
	case s.sealing <- struct{}{}:
	case <-ctx.Done():
		return answered{}
	}
	begun := time.Now()
	sealed := sync.OnceFunc(func() {
		// The slot for sealing is held through the rest, so that nobody else seals meanwhile.
		if waiting, _ := s.queue.size(); waiting > crowd {
			pause(ctx, time.Since(begun))
		}
		<-s.sealing
	})
	defer sealed()
	resp, err := webpush.SendNotificationWithContext(ctx, raw, &webpush.Subscription{
		Endpoint: sub.Endpoint, Keys: webpush.Keys{
			Auth:   base64.RawURLEncoding.EncodeToString(sub.Secret),
			P256dh: base64.RawURLEncoding.EncodeToString(sub.Key),
		},
	}, &webpush.Options{
		HTTPClient: caller{s.client, sealed}, RecordSize: recordBytes, Subscriber: s.cfg.Contact,
		Topic: s.topic(sub, m), TTL: keepSeconds, Urgency: u,
		VAPIDPublicKey:  base64.RawURLEncoding.EncodeToString(s.public),
		VAPIDPrivateKey: s.private,
	})
	if err != nil {
		s.hosts.failed(sub.Endpoint)
		return answered{}
	}
	defer resp.Body.Close()
	got := answered{status: resp.StatusCode, wait: s.retryAfter(resp.Header.Get("Retry-After"))}
	if got.status >= 500 {
		s.hosts.failed(sub.Endpoint)
	} else {
		s.hosts.good(sub.Endpoint)
	}
	return got
}

// caller lets the next push be sealed while this one is under way.
type caller struct {
	*http.Client
	sealed func()
}

// Do implements webpush.HTTPClient.
func (c caller) Do(r *http.Request) (*http.Response, error) {
	c.sealed()
	return c.Client.Do(r)
}

// topic names the chat, or its offer, to the push service, without telling which it is: what it could not
// deliver of the same topic is replaced. The name is another for every subscription.
func (s *Service) topic(sub Subscription, m message) string {
	if m.Chat == 0 {
		return ""
	}
	mac := hmac.New(sha256.New, s.cfg.Key)
	_, _ = mac.Write([]byte("zolal push topic v1\n" + sub.Endpoint + "\n"))
	_, _ = mac.Write(binary.BigEndian.AppendUint32(nil, uint32(m.Chat)))
	if m.Offer != 0 || m.Over != 0 {
		_, _ = mac.Write([]byte("offer"))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:24])
}

// retryAfter reads how long somebody asks us to wait: seconds or a date.
func (s *Service) retryAfter(v string) time.Duration {
	if n, err := strconv.Atoi(v); err == nil && n >= 0 {
		return min(time.Duration(n)*time.Second, maxWait)
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(at.Sub(s.cfg.Now()), 0), maxWait)
	}
	return 0
}

// Outcome is what became of a test.
type Outcome uint8

// The outcomes.
const (
	Taken       Outcome = iota + 1 // by the push service
	Gone                           // the push service no longer knows the subscription, which was removed
	Refused                        // see the status
	Unreachable                    // the push service
	None                           // the device has no subscription
)

// Test pushes to the actor's device now, connected or not, and returns what the push service said.
//
// PUSH-9
func (s *Service) Test(ctx context.Context, who chat.Actor, id string) (Outcome, int, error) {
	if !testID(id) {
		return 0, 0, &chat.Error{Code: chat.CodeBadRequest, Field: "id", Text: "1–32 letters and digits"}
	}
	if err := s.meter.Take(who.Account); err != nil {
		return 0, 0, err
	}
	sub, ok, err := s.Subscription(ctx, who)
	if err != nil {
		return 0, 0, fmt.Errorf("test a push: %w", err)
	}
	if !ok {
		return None, 0, nil
	}
	got := s.send(ctx, sub, message{Version: 1, Test: id}, webpush.UrgencyHigh)
	switch {
	case got.taken():
		s.stats.taken.Add(1)
		return Taken, got.status, nil
	case got.gone():
		s.forget(ctx, sub)
		return Gone, got.status, nil
	case got.status == 0:
		return Unreachable, 0, ctx.Err()
	}
	return Refused, got.status, nil
}

func testID(id string) bool {
	for _, r := range id {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return len(id) >= 1 && len(id) <= 32
}
