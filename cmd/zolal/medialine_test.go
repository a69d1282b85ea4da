// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"testing"

	"github.com/zolal-im/zolal/internal/server"
)

func TestTheStatusSaysWhereMediaAreAndWhatFails(t *testing.T) {
	s := server.Status{Contents: 3, MediaBytes: 5_000_000, Uploads: 1}
	if got := mediaLine(s); got != "3 contents, 5.0 MB; 1 uploads under way" {
		t.Error(got)
	}
	s.MediaBucket, s.MediaErrors = "https://s3.example.org/media", 2
	want := "3 contents, 5.0 MB; 1 uploads under way; in https://s3.example.org/media; 2 errors since the start"
	if got := mediaLine(s); got != want {
		t.Error(got)
	}
}
