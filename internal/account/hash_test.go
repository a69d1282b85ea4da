// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
)

func TestAPasswordMatchesItsHashAndNothingElse(t *testing.T) {
	h := newHasher(Cost{}, 8)
	ctx := t.Context()
	stored, err := h.hash(ctx, "گربه‌ی همسایه ۱۲")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("stored as %q", stored)
	}
	for password, want := range map[string]bool{"گربه‌ی همسایه ۱۲": true, "گربه‌ی همسایه ۱۳": false, "": false} {
		if ok, err := h.verify(ctx, stored, password); err != nil || ok != want {
			t.Errorf("verify %q: %v, %v", password, ok, err)
		}
	}
	again, err := h.hash(ctx, "گربه‌ی همسایه ۱۲")
	if err != nil || again == stored {
		t.Errorf("two hashes of one password are equal: no salt (%v)", err)
	}
}

func TestAHashOfAnotherCostStaysValid(t *testing.T) {
	cheap := newHasher(Cost{KiB: 64, Passes: 1}, 1)
	stored, err := cheap.hash(t.Context(), "a password")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := newHasher(Cost{KiB: 128, Passes: 1}, 1).verify(t.Context(), stored, "a password"); !ok {
		t.Errorf("refused: %v", err)
	}
}

func TestADamagedHashNeverMatchesAndNeverPanics(t *testing.T) {
	h := newHasher(Cost{KiB: 64, Passes: 1}, 8)
	for _, stored := range []string{
		"", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$", "$argon2id$v=19$m=19456,t=0,p=1$AAAA$AAAA",
		"$argon2id$v=19$m=4294967295,t=2,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=19456,t=2,p=0$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA", h.decoy[:len(h.decoy)-3],
	} {
		if ok, err := h.verify(t.Context(), stored, "anything"); ok || err != nil {
			t.Errorf("%q: %v, %v", stored, ok, err)
		}
	}
}

func TestTooManyWaitingPasswordsAreTurnedAwayWithATimeToRetry(t *testing.T) {
	h := newHasher(Cost{}, 1)
	for range cap(h.run) { // all places taken
		if err := h.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	waited := make(chan error)
	go func() {
		h.wait <- struct{}{} // stands in the queue as enter does
		waited <- nil
	}()
	<-waited
	_, err := h.hash(ctx, "one too many")
	if chat.CodeOf(err) != chat.CodeRateLimited {
		t.Errorf("got %v", err)
	}
	cancel()
	<-h.wait
	if _, err := h.hash(ctx, "gives up"); err == nil || len(h.wait) != cap(h.run) {
		t.Errorf("who gives up leaves the queue: %v, %d in it", err, len(h.wait))
	}
}

func TestWeakPasswordsAreRefused(t *testing.T) {
	for _, p := range []string{"", "1234567", "12345678", "password", "qwertyuiop", "aaaaaaaaaaaa", "parvaneh",
		"Parvaneh1", "P@ssw0rd", "iloveyou1"} {
		if err := checkPassword(p, "parvaneh", "Parvaneh"); chat.CodeOf(err) != chat.CodePasswordWeak {
			t.Errorf("%q: %v", p, err)
		}
	}
	for _, p := range []string{"correct horse battery staple", "sabz-abi-zard-9", "گربه‌ی همسایه",
		readablePassword()} {
		if err := checkPassword(p, "parvaneh", "Parvaneh"); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
	if err := checkPassword(strings.Repeat("x", 1025)); chat.CodeOf(err) != chat.CodeTooLarge {
		t.Errorf("over-long: %v", err)
	}
	if err := checkPassword("abc\xff\xfedefgh"); chat.CodeOf(err) != chat.CodeBadText {
		t.Errorf("not UTF-8: %v", err)
	}
}

func TestLabelsOfClientsAreCutNotRefused(t *testing.T) {
	for in, want := range map[string]string{
		"Firefox on Linux": "Firefox on Linux", "می\u200cخواهم": "می\u200cخواهم", "a\x00b\nc": "abc", "\xff": "",
		strings.Repeat("ز", 100): strings.Repeat("ز", 64),
	} {
		if got := label(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}
