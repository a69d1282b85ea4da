// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// toldTerms is the code of what people are told of a change of the terms, with the values "version" and
	// "since".
	toldTerms = "terms_change"
	// secretAnnounced keeps how far people were told.
	secretAnnounced = "server/terms_told"
	announceEvery   = time.Hour
)

// announced is how far people were told of changes of the terms.
type announced struct {
	Version int            `json:"version"` // of which they are or were told last
	After   chat.AccountID `json:"after"`   // the last account that was told of it
	Done    bool           `json:"done,omitempty"`
}

// announce tells people of changes of the terms that will take effect, until ctx ends: when one is published,
// and where an earlier server did not come to its end.
func (s *Server) announce(ctx context.Context) {
	tick := time.NewTicker(announceEvery)
	defer tick.Stop()
	for {
		if err := s.announceAll(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("people could not be told of a change of the terms; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.terms.published:
		case <-tick.C:
		}
	}
}

// announceAll tells everybody of every change that has not taken effect yet, in order.
func (s *Server) announceAll(ctx context.Context) error {
	now, _ := s.terms.inForce()
	for _, v := range s.terms.list() {
		if v.Version <= now.Version {
			continue
		}
		if err := s.announceOne(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// announceOne goes on telling people of a version where it was left.
func (s *Server) announceOne(ctx context.Context, v TermsVersion) error {
	raw, err := s.store.Secret(ctx, secretAnnounced)
	if err != nil && chat.CodeOf(err) != chat.CodeNotFound {
		return err
	}
	var so announced
	if err == nil {
		if err := json.Unmarshal(raw, &so); err != nil {
			return err
		}
	}
	if so.Version > v.Version || so.Version == v.Version && so.Done {
		return nil
	}
	if so.Version < v.Version {
		so = announced{Version: v.Version}
	}
	for !so.Done && ctx.Err() == nil {
		list, err := s.store.Accounts(ctx, so.After, 100)
		if err != nil {
			return err
		}
		for _, a := range list {
			if err := s.tellTerms(ctx, a, v); err != nil {
				return err
			}
			so.After = a.ID
		}
		so.Done = len(list) == 0
		next, err := json.Marshal(so)
		if err != nil {
			return err
		}
		err = s.store.Apply(ctx, account.SecretPut{Name: secretAnnounced, Old: raw, New: next})
		if chat.CodeOf(err) == chat.CodeConflict {
			return nil // another server tells them
		}
		if err != nil {
			return err
		}
		raw = next
	}
	return ctx.Err()
}

// tellTerms tells one account. Who came after the change was published has read of it when they came.
func (s *Server) tellTerms(ctx context.Context, a account.Account, v TermsVersion) error {
	if time.UnixMilli(int64(a.Created)).After(v.Published.Add(time.Second)) {
		return nil
	}
	tell := chat.Tell{Text: s.termsText(v), Silent: true, Wording: chat.Wording{Code: toldTerms,
		Values: map[string]string{"version": strconv.Itoa(v.Version),
			"since": strconv.FormatInt(v.Since.UnixMilli(), 10)}}}
	key := chat.NamedKey(chat.Millis(v.Published.UnixMilli()), "terms "+strconv.Itoa(v.Version))
	_, err := s.engine.Tell(ctx, a.ID, tell, key)
	if chat.CodeOf(err) == chat.CodeNotFound { // an unfinished sign-up
		return nil
	}
	return err
}

// termsText says a change in both languages.
func (s *Server) termsText(v TermsVersion) string {
	where := fmt.Sprintf("%s%s?version=%d&changes", s.publicURL(), termsPath, v.Version)
	return fmt.Sprintf("شرایط استفاده و قاعده‌های این سرور از %s تغییر می‌کند. تفاوت‌ها: %s\n\n"+
		"The terms of use and rules of this server change on %s. What differs: %s",
		pageDate("fa", v.Since), where+"&lang=fa", pageDate("en", v.Since), where+"&lang=en")
}

// publicURL is where people reach the server.
func (s *Server) publicURL() string {
	if s.cfg.Domain == "" && len(s.cfg.Address) > 0 {
		return s.cfg.Address[0]
	}
	return s.URL()
}
