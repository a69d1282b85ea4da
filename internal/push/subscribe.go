// SPDX-License-Identifier: AGPL-3.0-or-later

package push

import (
	"context"
	"crypto/ecdh"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// maxEndpoint bounds the address of a subscription, in bytes.
const maxEndpoint = 1024

// secretBytes is the length of what browser and server share.
const secretBytes = 16

// minutesOfDay is how many there are.
const minutesOfDay = 24 * 60

// Subscribe has the actor's device woken from here on, in place of an earlier subscription of it. It fails
// with chat.CodeBadRequest where an address is not the public https address of a push service, and with
// chat.CodeTooMany where too many devices of the account have one.
//
// PUSH-1
// PUSH-2
func (s *Service) Subscribe(ctx context.Context, who chat.Actor, sub Subscription) error {
	sub.Account, sub.Device, sub.Created = who.Account, who.Device, s.millis()
	if err := s.check(sub); err != nil {
		return err
	}
	if err := s.meter.Take(who.Account); err != nil {
		return err
	}
	have, err := s.cfg.Store.Subscriptions(ctx, who.Account)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	others := 0
	for _, h := range have {
		if h.Device != who.Device {
			others++
		}
	}
	if others >= MaxSubscriptions {
		return chat.Errorf(chat.CodeTooMany, "%d devices are woken already", others)
	}
	if err := s.cfg.Store.PutSubscription(ctx, sub); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subscribers.Add(uint32(who.Account))
	return nil
}

// check refuses what no browser gives.
func (s *Service) check(sub Subscription) error {
	bad := func(field, text string) error {
		return &chat.Error{Code: chat.CodeBadRequest, Field: field, Text: text}
	}
	if len(sub.Endpoint) > maxEndpoint {
		return bad("endpoint", "too long")
	}
	if err := s.cfg.Outside.CheckURL(sub.Endpoint); err != nil {
		return &chat.Error{Code: chat.CodeBadRequest, Field: "endpoint", Text: "no push service", Err: err}
	}
	if _, err := ecdh.P256().NewPublicKey(sub.Key); err != nil {
		return bad("key", "not a point of P-256")
	}
	if len(sub.Secret) != secretBytes {
		return bad("secret", "not 16 bytes")
	}
	q := sub.Settings
	if q.QuietFrom >= minutesOfDay || q.QuietUntil >= minutesOfDay {
		return bad("settings.quiet_from", "no minute of a day")
	}
	if q.UTCMinutes < -minutesOfDay || q.UTCMinutes > minutesOfDay {
		return bad("settings.utc_minutes", "no time zone")
	}
	return nil
}

// Unsubscribe has the actor's device left alone from here on.
func (s *Service) Unsubscribe(ctx context.Context, who chat.Actor) error {
	if err := s.cfg.Store.DropSubscription(ctx, who.Device, ""); err != nil {
		return fmt.Errorf("unsubscribe: %w", err)
	}
	return nil
}

// Subscription returns that of the actor's device, and whether it has one.
func (s *Service) Subscription(ctx context.Context, who chat.Actor) (Subscription, bool, error) {
	all, err := s.cfg.Store.Subscriptions(ctx, who.Account)
	if err != nil {
		return Subscription{}, false, fmt.Errorf("subscription: %w", err)
	}
	for _, sub := range all {
		if sub.Device == who.Device {
			return sub, true, nil
		}
	}
	return Subscription{}, false, nil
}

// wants reports whether a device is woken for something of a kind of chat now.
//
// PUSH-5
func (s Settings) wants(kind chat.ChatType, muted chat.Millis, mention bool, now chat.Millis) bool {
	if s.quiet(now) {
		return false
	}
	off := muted > now
	switch kind {
	case chat.Group:
		off = off || s.NoGroups
	case chat.Channel:
		off = off || s.NoChannels
	case chat.Direct, chat.Service:
		off = off || s.NoDirect
	default: // saved messages: one's own
		return false
	}
	return !off || muted == chat.NotifyAlways || mention && !s.NoMentions
}

// quiet reports whether it is one of the quiet hours of the device, which may go over midnight.
func (s Settings) quiet(now chat.Millis) bool {
	if s.QuietFrom == s.QuietUntil {
		return false
	}
	const minute = 60_000
	at := (int64(now)/minute + int64(s.UTCMinutes)) % minutesOfDay
	from, until := int64(s.QuietFrom), int64(s.QuietUntil)
	if from < until {
		return at >= from && at < until
	}
	return at >= from || at < until
}
