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
	stored, err := h.hash(ctx, h.strangers, "گربه‌ی همسایه ۱۲")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("stored as %q", stored)
	}
	for password, want := range map[string]bool{"گربه‌ی همسایه ۱۲": true, "گربه‌ی همسایه ۱۳": false, "": false} {
		if ok, err := h.verify(ctx, h.strangers, stored, password); err != nil || ok != want {
			t.Errorf("verify %q: %v, %v", password, ok, err)
		}
	}
	again, err := h.hash(ctx, h.strangers, "گربه‌ی همسایه ۱۲")
	if err != nil || again == stored {
		t.Errorf("two hashes of one password are equal: no salt (%v)", err)
	}
}

func TestAHashOfAnotherCostStaysValid(t *testing.T) {
	cheap := newHasher(Cost{KiB: 64, Passes: 1}, 1)
	stored, err := cheap.hash(t.Context(), cheap.strangers, "a password")
	if err != nil {
		t.Fatal(err)
	}
	dear := newHasher(Cost{KiB: 128, Passes: 1}, 1)
	if ok, err := dear.verify(t.Context(), dear.strangers, stored, "a password"); !ok {
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
		if ok, err := h.verify(t.Context(), h.strangers, stored, "anything"); ok || err != nil {
			t.Errorf("%q: %v, %v", stored, ok, err)
		}
	}
}

func TestTooManyWaitingPasswordsAreTurnedAwayWithATimeToRetry(t *testing.T) {
	h := newHasher(Cost{}, 1)
	q := h.strangers
	for range cap(q.run) { // all places taken
		if err := q.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	waited := make(chan error)
	go func() {
		q.wait <- struct{}{} // stands in the queue as enter does
		waited <- nil
	}()
	<-waited
	_, err := h.hash(ctx, q, "one too many")
	if chat.CodeOf(err) != chat.CodeRateLimited {
		t.Errorf("got %v", err)
	}
	cancel()
	<-q.wait
	if _, err := h.hash(ctx, q, "gives up"); err == nil || len(q.wait) != cap(q.run) {
		t.Errorf("who gives up leaves the queue: %v, %d in it", err, len(q.wait))
	}
}

func TestWeakPasswordsAreRefused(t *testing.T) {
	h := newHasher(Cost{}, 1)
	for _, p := range []string{"", "1234567", "12345678", "password", "qwertyuiop", "aaaaaaaaaaaa", "parvaneh",
		"Parvaneh1", "P@ssw0rd", "iloveyou1"} {
		err := h.checkPassword(t.Context(), h.strangers, p, "parvaneh", "Parvaneh")
		if chat.CodeOf(err) != chat.CodePasswordWeak {
			t.Errorf("%q: %v", p, err)
		}
	}
	for _, p := range []string{"correct horse battery staple", "sabz-abi-zard-9", "گربه‌ی همسایه",
		readablePassword()} {
		if err := h.checkPassword(t.Context(), h.strangers, p, "parvaneh", "Parvaneh"); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
	err := h.checkPassword(t.Context(), h.strangers, strings.Repeat("x", 1025))
	if chat.CodeOf(err) != chat.CodeTooLarge {
		t.Errorf("over-long: %v", err)
	}
	err = h.checkPassword(t.Context(), h.strangers, "abc\xff\xfedefgh")
	if chat.CodeOf(err) != chat.CodeBadText {
		t.Errorf("not UTF-8: %v", err)
	}
}

// The estimator looks up as many words as it has readings, each at the cost of its length squared: their
// number is what bounds its work, whatever the machine.
func TestNoPasswordMakesTheEstimatorWorkWithoutBound(t *testing.T) {
	costly := `4@8({[<3649!1|l0$5+7%2z"*4`
	if n := readings(costly); n < 1000 {
		t.Errorf("%d readings of a password made to have many", n)
	}
	for password, want := range map[string]int{
		"no signs": 1, "p4ssword": 1, "p4@": 2, "1": 2, "1|": 16, "P@$$w0rd1!": 4, "ز۱۲": 1,
	} {
		if n := readings(password); n != want {
			t.Errorf("%d readings of %q, want %d", n, password, want)
		}
	}
	looked := func(password string) bool { // whether its readings were looked up
		return checkStrength(password) != nil
	}
	if !looked("P@$$w0rd1!") {
		t.Error("a common password passes for its signs")
	}
	if looked("P@$$w0rd1!|({") {
		t.Error("more readings than the bound were looked up")
	}
	if checkStrength(strings.Repeat("a", strengthRunes)+"sabz-abi-zard-9") == nil {
		t.Error("it reads past the length it looks at")
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

// FuzzDecodeHash reads any row as a stored hash: what is taken for one asks for no more than its bounds.
func FuzzDecodeHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo")
	f.Add("$argon2id$v=19$m=4294967295,t=0,p=0$$")
	f.Add("")
	f.Fuzz(func(t *testing.T, row string) {
		p, ok := decodeHash(row)
		if ok && (p.kib > 1<<18 || p.passes < 1 || p.passes > 16 || p.lanes < 1 || len(p.sum) < 16) {
			t.Errorf("%q is taken for a hash of %+v", row, p)
		}
	})
}
