// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"bytes"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// hush is the log of a host and what must not stand in it: the house rule is that logs hold no content, no
// network addresses and no names of people.
type hush struct {
	mu    sync.Mutex
	log   bytes.Buffer
	words []string
}

// Write implements io.Writer: what a server logs comes here.
func (h *hush) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(b)
}

// Hush names what people said, wrote, are called, or showed as a secret; the log may hold none of it. Words
// that are too short to mean anything are passed over.
func (h *hush) Hush(words ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range words {
		if utf8.RuneCountInString(w) >= 4 && !slices.Contains(h.words, w) {
			h.words = append(h.words, w)
		}
	}
}

// Log returns what was logged so far.
func (h *hush) Log() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.String()
}

// numbers finds what could be a network address.
var numbers = regexp.MustCompile(`[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*[.:][0-9A-Fa-f]*`)

// tells returns the lines of a log that tell of people, with what they tell. own is where the server listens,
// which it may say.
func (h *hush) tells(own ...string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []string
	for line := range strings.Lines(h.log.String()) {
		for _, a := range own {
			line = strings.ReplaceAll(line, a, "")
		}
		for _, w := range h.words {
			if strings.Contains(line, w) {
				found = append(found, w+" in: "+strings.TrimSpace(line))
			}
		}
		for _, a := range numbers.FindAllString(line, -1) {
			_, bare := netip.ParseAddr(a)
			_, port := netip.ParseAddrPort(a)
			if bare == nil || port == nil {
				found = append(found, a+" in: "+strings.TrimSpace(line))
			}
		}
	}
	return found
}

// judge fails the test for what the log tells of people.
func (h *hush) judge(t *testing.T, own ...string) {
	t.Helper()
	for _, found := range h.tells(own...) {
		t.Errorf("the log tells of people: %s", found)
	}
}
