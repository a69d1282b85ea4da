// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// A media token stands in addresses, where a session's own token may not. It opens nothing but media, and
// ends with its session, since it is made of the session's token under a key of the server.
const (
	mediaTokenNamed = 8 // bytes that name account and device
	mediaTokenMAC   = 20
)

// MediaToken returns the media token of the actor's device, always the same one.
func (s *Service) MediaToken(ctx context.Context, who chat.Actor) (string, error) {
	if err := who.May(chat.ScopeRead); err != nil {
		return "", err
	}
	d, err := s.deviceOf(ctx, who.Account, who.Device)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(s.mediaToken(d)), nil
}

func (s *Service) mediaToken(d Device) []byte {
	named := binary.BigEndian.AppendUint32(nil, uint32(d.Account))
	named = binary.BigEndian.AppendUint32(named, uint32(d.ID))
	mac := hmac.New(sha256.New, s.MediaKey)
	mac.Write([]byte("media"))
	mac.Write(named)
	mac.Write(d.Token[:])
	return append(named, mac.Sum(nil)[:mediaTokenMAC]...)
}

// deviceOf finds a device that has not ended.
func (s *Service) deviceOf(ctx context.Context, of chat.AccountID, id chat.DeviceID) (Device, error) {
	list, err := s.Store.Devices(ctx, of)
	if err != nil {
		return Device{}, fmt.Errorf("devices: %w", err)
	}
	for _, d := range list {
		if d.ID == id && (d.Expires == 0 || d.Expires > s.millis()) {
			return d, nil
		}
	}
	return Device{}, chat.Errorf(chat.CodeRevoked, "the session ended")
}

// AuthenticateMedia returns who a media token is of, with the right to read alone. As with every token, what
// it says is looked up each time: it ends when the session does.
//
// MEDIA-6
func (s *Service) AuthenticateMedia(ctx context.Context, token string) (chat.Actor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != mediaTokenNamed+mediaTokenMAC {
		return chat.Actor{}, chat.Errorf(chat.CodeUnauthenticated, "no media token, or not one of ours")
	}
	who := chat.AccountID(binary.BigEndian.Uint32(raw))
	d, err := s.deviceOf(ctx, who, chat.DeviceID(binary.BigEndian.Uint32(raw[4:])))
	if err != nil {
		return chat.Actor{}, err
	}
	if !hmac.Equal(raw, s.mediaToken(d)) {
		return chat.Actor{}, chat.Errorf(chat.CodeUnauthenticated, "unknown media token")
	}
	account, err := s.Store.Account(ctx, Find{ID: who})
	if err != nil {
		return chat.Actor{}, fmt.Errorf("authenticate: %w", err)
	}
	if account.Suspended != "" {
		return chat.Actor{}, chat.Errorf(chat.CodeSuspended, "suspended: %s", account.Suspended)
	}
	actor := d.actor()
	actor.Scopes &= chat.ScopeRead
	return actor, nil
}
