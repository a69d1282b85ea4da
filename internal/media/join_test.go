// SPDX-License-Identifier: AGPL-3.0-or-later

package media_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/media"
)

// joining asks for parts to be joined, and tells what came of it.
func (y *yard) joining(ctx context.Context, parts []chat.FileID) <-chan joined {
	done := make(chan joined, 1)
	go func() {
		id, err := y.Join(ctx, 1, media.NewUpload{Parts: parts, Name: "film.mp4"})
		done <- joined{id, err}
	}()
	return done
}

type joined struct {
	id  chat.FileID
	err error
}

// MEDIA-2
func TestPartsAreJoinedOnceHoweverOftenTheirClientGoesAndAsksAgain(t *testing.T) {
	store, slowly := slowly(t)
	y := newYard(t, slowly)
	raw := noise(900_000)
	parts := y.parts(raw)
	away, leave := context.WithCancel(t.Context())
	leave()
	if gone := comes(t, "the end of a request", y.joining(away, parts)); gone.err == nil {
		t.Error("a request whose client has gone was answered")
	}
	comes(t, "the putting", store.begun) // without its client
	second := y.joining(t.Context(), parts)
	for _, id := range parts { // as a client does before it asks for them to be joined
		if at := y.at(id); at != 300_000 {
			t.Errorf("a part is at %d while it is joined", at)
		}
	}
	close(store.let)
	one := comes(t, "the second answer", second)
	later := comes(t, "a later answer", y.joining(t.Context(), parts))
	y.restart()
	last := comes(t, "the answer of the next server", y.joining(t.Context(), parts))
	if one.err != nil || later != one || last != one || y.file(one.id).Hash != sha256.Sum256(raw) {
		t.Errorf("they were joined to %v, %v and %v", one, later, last)
	}
	if n := store.puts.Load(); n != 1 {
		t.Errorf("it was put %d times", n)
	}
	if n, _ := y.Uploads(); n != 0 {
		t.Errorf("%d uploads are left", n)
	}
	other, err := y.Join(t.Context(), 2, media.NewUpload{Parts: parts})
	if chat.CodeOf(err) != chat.CodeFileGone {
		t.Errorf("somebody else got %v, %v", other, err)
	}
}

// MEDIA-2
func TestAJoiningThatAStopOfTheServerCutsOffGoesOn(t *testing.T) {
	store, slowly := slowly(t)
	y := newYard(t, slowly)
	raw := noise(900_000)
	parts := y.parts(raw)
	cut := y.joining(t.Context(), parts)
	comes(t, "the putting", store.begun)
	y.Service.Close()
	if end := comes(t, "its end", cut); chat.CodeOf(end.err) != chat.CodeUnavailable {
		t.Errorf("it ended with %v", end.err)
	}
	refused := comes(t, "an answer", y.joining(t.Context(), parts))
	if chat.CodeOf(refused.err) != chat.CodeUnavailable {
		t.Errorf("a server that was stopped answers %v", refused.err)
	}
	close(store.let)
	y.restart()
	before := y.Figures().Taken
	end := comes(t, "the answer of the next server", y.joining(t.Context(), parts))
	if end.err != nil || y.file(end.id).Hash != sha256.Sum256(raw) || y.file(end.id).Name != "film.mp4" {
		t.Errorf("they were joined to %v", end)
	}
	if n, _ := y.Uploads(); n != 0 || y.Figures().Taken != before {
		t.Errorf("%d uploads are left", n)
	}
}

// MEDIA-2
func TestPartsThatAreCancelledAreNotJoined(t *testing.T) {
	begun, let := make(chan struct{}), make(chan struct{})
	wait := false
	y := newYard(t, func(c *media.Config) {
		c.Full = func() error {
			if wait {
				wait = false
				close(begun)
				<-let
			}
			return nil
		}
	})
	parts := y.parts(noise(900_000))
	wait = true
	joining := y.joining(t.Context(), parts)
	comes(t, "the joining", begun)
	for _, id := range parts {
		if err := y.Cancel(t.Context(), 1, id); err != nil {
			t.Error(err)
		}
	}
	close(let)
	if end := comes(t, "its end", joining); chat.CodeOf(end.err) != chat.CodeFileGone {
		t.Errorf("it ended with %v", end.err)
	}
	if n, _ := y.Uploads(); n != 0 || y.kept() != 0 {
		t.Errorf("%d uploads and %d contents are left", n, y.kept())
	}
}

// MEDIA-2
func TestWhatIsTakenBackWhileItIsPutAwayIsNoFile(t *testing.T) {
	store, slowly := slowly(t)
	y := newYard(t, slowly)
	raw := noise(900_000)
	whole := y.begin(media.NewUpload{Length: int64(len(raw))})
	putting := make(chan error, 1)
	go func() {
		_, err := y.Append(t.Context(), 1, whole, media.Part{Body: bytes.NewReader(raw)})
		putting <- err
	}()
	comes(t, "the putting", store.begun)
	if err := y.Cancel(t.Context(), 1, whole); err != nil {
		t.Error(err)
	}
	if err := comes(t, "its end", putting); chat.CodeOf(err) != chat.CodeFileGone {
		t.Errorf("it ended with %v", err)
	}
	parts := y.parts(raw)
	joining := y.joining(t.Context(), parts)
	comes(t, "the putting of the joined", store.begun)
	for _, id := range parts {
		if err := y.Cancel(t.Context(), 1, id); err != nil {
			t.Error(err)
		}
	}
	if end := comes(t, "the end of the joining", joining); chat.CodeOf(end.err) != chat.CodeFileGone {
		t.Errorf("the joining ended with %v", end)
	}
	close(store.let)
	if n, _ := y.Uploads(); n != 0 || y.kept() != 0 {
		t.Errorf("%d uploads and %d contents are left", n, y.kept())
	}
	y.whole(raw)
}

// MEDIA-2
func TestPartsThatAreCancelledOnceTheyWereCopiedAreNoFile(t *testing.T) {
	var parts []chat.FileID
	var y *yard
	asked := 0
	y = newYard(t, func(c *media.Config) {
		now := c.Now
		c.Now = func() time.Time {
			if parts == nil {
				return now()
			}
			if asked++; asked == 2 { // the first time it is begun, the second time all of it was copied
				for _, id := range parts {
					if err := y.Cancel(t.Context(), 1, id); err != nil {
						t.Error(err)
					}
				}
			}
			return now()
		}
	})
	parts = y.parts(noise(900_000))
	end := comes(t, "the end of the joining", y.joining(t.Context(), parts))
	if chat.CodeOf(end.err) != chat.CodeFileGone {
		t.Errorf("the joining ended with %v", end)
	}
	if n, _ := y.Uploads(); n != 0 || y.kept() != 0 {
		t.Errorf("%d uploads and %d contents are left", n, y.kept())
	}
}

// MEDIA-2
func TestAJoiningThatWasCutOffAndIsTakenBackThenLeavesNothing(t *testing.T) {
	store, slowly := slowly(t)
	y := newYard(t, slowly)
	parts := y.parts(noise(900_000))
	cut := y.joining(t.Context(), parts)
	comes(t, "the putting", store.begun)
	y.Service.Close()
	comes(t, "its end", cut)
	y.restart()
	again := y.joining(t.Context(), parts)
	comes(t, "the putting by the next server", store.begun)
	for _, id := range parts {
		if err := y.Cancel(t.Context(), 1, id); err != nil {
			t.Error(err)
		}
	}
	if end := comes(t, "its end", again); chat.CodeOf(end.err) != chat.CodeFileGone {
		t.Errorf("it ended with %v", end.err)
	}
	close(store.let)
	if n, _ := y.Uploads(); n != 0 || y.kept() != 0 {
		t.Errorf("%d uploads and %d contents are left", n, y.kept())
	}
}

// What panics while parts are joined is the trouble of who asked, as if they had done it themselves.
func TestAJoiningThatPanicsEndsNoServer(t *testing.T) {
	broken := false
	y := newYard(t, func(c *media.Config) {
		c.Full = func() error {
			if broken {
				panic("broken")
			}
			return nil
		}
	})
	parts := y.parts(noise(900))
	broken = true
	for range 2 {
		func() {
			defer func() {
				if v := recover(); v != "broken" {
					t.Errorf("who asked met %v", v)
				}
			}()
			_, err := y.Join(t.Context(), 1, media.NewUpload{Parts: parts})
			t.Errorf("they were joined: %v", err)
		}()
	}
	broken = false
	if end := comes(t, "an answer", y.joining(t.Context(), parts)); end.err != nil {
		t.Errorf("they were not joined then: %v", end.err)
	}
}
