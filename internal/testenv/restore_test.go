// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/testenv"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func TestAfterARestoreNoClientMistakesTheServerForTheOldOne(t *testing.T) {
	if testing.Short() {
		t.Skip("restores a real server")
	}
	t.Parallel()
	host := testenv.Binary(t)
	c := guest(t, host.Address(0), "restored_one", zolal.Options{})
	chat := notes(t, c)
	say(t, c, chat, "پیش از پشتیبان")
	file := filepath.Join(t.TempDir(), "backup.zolal")
	if _, err := host.Run("backup", file); err != nil {
		t.Fatal(err)
	}
	last := say(t, c, chat, "پس از پشتیبان")

	var got []uint32
	rewound := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	reached := make(chan struct{})
	go func() {
		rewound <- c.Follow(ctx, chat, 0, func(e *zolalv1.Entry) error {
			got = append(got, e.GetSeq())
			if e.GetSeq() == last.GetSeq() {
				close(reached)
			}
			return nil
		})
	}()
	<-reached
	if err := host.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := host.Run("restore", file, "--force"); err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	// The follower is told how far the two agree, and offers again what only it has.
	err := <-rewound
	var gone *zolal.RewoundError
	if !errors.As(err, &gone) || gone.Common >= last.GetSeq() {
		t.Fatalf("the follower was told %v", err)
	}
	if got[len(got)-1] != last.GetSeq() {
		t.Fatalf("it had followed %v", got)
	}
	again := say(t, c, chat, "پس از پشتیبان")
	if again.GetSeq() != gone.Common+1 {
		t.Errorf("offered again it stands at %d, behind %d", again.GetSeq(), gone.Common)
	}
	say(t, c, chat, "و باز")
	var texts []string
	for _, e := range chatTexts(t, c, chat) {
		texts = append(texts, e.text)
	}
	if want := []string{"پیش از پشتیبان", "پس از پشتیبان", "و باز"}; !slices.Equal(texts, want) {
		t.Fatalf("the chat shows %q", texts)
	}
}
