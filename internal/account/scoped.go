// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// CreateToken makes a token of fewer scopes than the actor's, for another program. It is listed and revoked
// as a device. One that may manage, or that outlives the time in which the owner hears of a new device, is
// made by a settled device only: a thief would leave it behind. How many there are, and how often they are
// made, is bounded: each is told of in the account's log. It fails with chat.CodeTokensFull,
// chat.CodeRateLimited and chat.CodeLoginTooYoung.
//
// AUTH-15
func (s *Service) CreateToken(ctx context.Context, who chat.Actor, req TokenRequest) (Session, error) {
	if err := mayManage(who); err != nil {
		return Session{}, err
	}
	scopes, err := parseScopes(req.Scopes)
	if err != nil {
		return Session{}, err
	}
	if !who.Scopes.Has(scopes) {
		return Session{}, chat.Errorf(chat.CodeScopeMissing, "a token cannot give more than it has")
	}
	if req.Expires != 0 && req.Expires <= s.millis() {
		return Session{}, &chat.Error{Code: chat.CodeBadRequest, Text: "expires in the past", Field: "expires_ms"}
	}
	if err := s.mayLeave(ctx, who, scopes, req.Expires); err != nil {
		return Session{}, err
	}
	account, err := s.Store.Account(ctx, Find{ID: who.Account})
	if err != nil {
		return Session{}, fmt.Errorf("create token: %w", err)
	}
	s.tokens.Lock() // of calls at the same time each counts those of the others
	defer s.tokens.Unlock()
	if err := s.roomForToken(ctx, who.Account); err != nil {
		return Session{}, err
	}
	if err := s.buckets.take(bucket{"token", s.Limits.Token, number(uint32(who.Account))}); err != nil {
		return Session{}, err
	}
	device, token, err := s.newDevice(ctx, who.Account, Client{Device: req.Name, Name: tokenClient})
	if err != nil {
		return Session{}, fmt.Errorf("create token: %w", err)
	}
	device.Scopes, device.Expires = scopes, req.Expires
	if err := s.putDevice(ctx, device, ReasonToken); err != nil {
		return Session{}, fmt.Errorf("create token: %w", err)
	}
	return session(account, device, token, chat.Profile{}), nil
}

// mayLeave refuses a device that is too new a token that may manage or lasts.
func (s *Service) mayLeave(ctx context.Context, who chat.Actor, scopes chat.Scopes, ends chat.Millis) error {
	if !scopes.Has(chat.ScopeManage) && ends != 0 && ends <= s.millis()+chat.Millis(settlesIn.Milliseconds()) {
		return nil
	}
	return s.Settled(ctx, who)
}

// roomForToken refuses a token to an account that has as many as it may.
func (s *Service) roomForToken(ctx context.Context, of chat.AccountID) error {
	list, err := s.Store.Devices(ctx, of)
	if err != nil {
		return fmt.Errorf("create token: %w", err)
	}
	n, now := 0, s.millis()
	for _, d := range list {
		if d.Client == tokenClient && (d.Expires == 0 || d.Expires > now) {
			n++
		}
	}
	if n >= chat.MaxTokens {
		return chat.Errorf(chat.CodeTokensFull, "the account has %d tokens; end one that is not needed", n)
	}
	return nil
}

// mayArrive counts devices that come to an account: each is told of in its log, and whoever signs in and out
// again and again would fill it.
func (s *Service) mayArrive(of chat.AccountID) error {
	return s.buckets.take(bucket{"arrival", s.Limits.Arrival, number(uint32(of))})
}
