// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// secretWork names the key that challenges are sealed with. It is in the store, so that every node takes
	// the challenges of every other, and those from before a restart.
	secretWork = "account/work"
	// challengeFor is how long an answer is taken: a person may stop in the middle of a form.
	challengeFor = time.Hour
	// workKeyBytes is how much of the derived key there is.
	workKeyBytes = 32
)

// workPrefix is what the derived key of an answer begins with: one try in 256 does.
var workPrefix = []byte{0}

// Challenge is work that open sign-up asks for: to find a Counter for which PBKDF2 with SHA-256 makes, of
// Nonce and the counter as four bytes, with Salt and Rounds, a key that begins with Prefix. That is the proof
// of work of ALTCHA, version 2. Finding takes some hundred tries, checking takes one. A challenge is good for
// one sign-up key, and one key makes one account, so an answer cannot be spent twice; nothing has to be
// remembered for that.
type Challenge struct {
	Salt, Nonce []byte // 16 bytes each
	Rounds      uint32
	Prefix      []byte
	Expires     chat.Millis
	Seal        []byte // HMAC over all of it and the key
}

// Work is an answer to a Challenge.
type Work struct {
	Challenge
	Counter uint32
}

// Challenge makes work for a sign-up under a key.
func (s *Service) Challenge(ctx context.Context, key chat.Key) (Challenge, error) {
	if key.IsZero() {
		return Challenge{}, &chat.Error{Code: chat.CodeKeyInvalid, Text: "a sign-up needs a key", Field: "key"}
	}
	r, err := s.Rules(ctx)
	if err != nil {
		return Challenge{}, err
	}
	c := Challenge{Salt: make([]byte, 16), Nonce: make([]byte, 16), Rounds: max(1, r.Work), Prefix: workPrefix,
		Expires: s.millis() + chat.Millis(challengeFor.Milliseconds())}
	rand.Read(c.Salt)
	rand.Read(c.Nonce)
	c.Seal, err = s.sealWork(ctx, key, &c)
	return c, err
}

// sealWork is what only this server can write under a challenge. Every part has a fixed length.
func (s *Service) sealWork(ctx context.Context, key chat.Key, c *Challenge) ([]byte, error) {
	secret, err := s.ownSecret(ctx, secretWork)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("zolal sign-up work 1"))
	m.Write(key[:])
	m.Write(c.Salt)
	m.Write(c.Nonce)
	m.Write(binary.BigEndian.AppendUint32(nil, c.Rounds))
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(c.Expires)))
	m.Write(c.Prefix)
	return m.Sum(nil), nil
}

// needWork is the error for a sign-up without work, or with work that is none.
func needWork(text string) error {
	return &chat.Error{Code: chat.CodeWorkRequired, Text: text, Field: "work"}
}

// checkWork checks an answer. Its one try stands in the queue of passwords, beside which it costs little.
func (s *Service) checkWork(ctx context.Context, req SignUp) error {
	w := req.Work
	if len(w.Salt) != 16 || len(w.Nonce) != 16 || !bytes.Equal(w.Prefix, workPrefix) || w.Rounds > MaxWork {
		return needWork("the work is not of this server")
	}
	seal, err := s.sealWork(ctx, req.Key, &w.Challenge)
	switch {
	case err != nil:
		return err
	case !hmac.Equal(seal, w.Seal):
		return needWork("the work is not of this server, or for another key")
	case w.Expires < s.millis():
		return needWork("the work came too late")
	}
	r, err := s.Rules(ctx)
	if err != nil {
		return err
	}
	if w.Rounds < r.Work { // asked for before the operator wanted more
		return needWork("more work is asked for by now")
	}
	if err := s.hashes.strangers.enter(ctx); err != nil {
		return err
	}
	defer s.hashes.strangers.leave()
	ok, err := w.right()
	if err != nil {
		return fmt.Errorf("check the work: %w", err)
	}
	if !ok {
		return needWork("the answer is wrong")
	}
	return nil
}

// right reports whether the counter solves the challenge.
func (w *Work) right() (bool, error) {
	password := string(binary.BigEndian.AppendUint32(bytes.Clone(w.Nonce), w.Counter))
	key, err := pbkdf2.Key(sha256.New, password, w.Salt, int(w.Rounds), workKeyBytes)
	return bytes.HasPrefix(key, w.Prefix), err
}

// ownSecret returns a random secret of the store, and makes it where there is none. Of several nodes that
// make it at once, one wins.
func (s *Service) ownSecret(ctx context.Context, name string) ([]byte, error) {
	raw, err := s.Store.Secret(ctx, name)
	if isCode(err, chat.CodeNotFound) {
		made := make([]byte, 32)
		rand.Read(made)
		if err = s.Store.Apply(ctx, SecretPut{Name: name, New: made}); err == nil {
			return made, nil
		}
		if isCode(err, chat.CodeConflict) {
			raw, err = s.Store.Secret(ctx, name)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	return raw, nil
}
