// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
)

// standIn answers the admin socket of a directory as a server would.
func standIn(t *testing.T, answer http.HandlerFunc) *Console {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, databaseName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := listenSocket(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: answer}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }() // always http.ErrServerClosed
	t.Cleanup(func() { _ = s.Close(); <-done })
	c, err := Reach(t.Context(), Config{Data: dir}, false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACommandCutShortByTheStopOfTheServerSaysSo(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"before its answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"within its answer": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"problems":[`))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		_, err := standIn(t, answer).Fsck(t.Context(), Fsck{})
		var trouble *Trouble
		if !errors.As(err, &trouble) || !strings.Contains(trouble.What, "the server stopped") ||
			!strings.Contains(trouble.Remedy, "again") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnErrorCrossesTheAdminSocketAsItWas(t *testing.T) {
	for _, err := range []error{
		chat.Errorf(chat.CodeNotFound, "there is no account %q", "nobody"),
		chat.Errorf(chat.CodeNotFound, ""),
		&chat.Error{Code: chat.CodeNameInvalid, Field: "username", Text: "too short"},
		errors.New("something else"),
	} {
		c := standIn(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			writeJSON(w, failureOf(err))
		})
		got := c.Suspend(t.Context(), SuspendUser{})
		if got == nil || got.Error() != err.Error() || chat.CodeOf(got) != chat.CodeOf(err) {
			t.Errorf("%v arrives as %v", err, got)
		}
	}
}
