// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"os"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/server"
)

func TestOnlyWhatStandsBetweenTheCommentsChanges(t *testing.T) {
	got, err := between("a\n<!-- x -->\nold\n<!-- /x -->\nb\n", "x", "new\n")
	if want := "a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb\n"; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	for _, broken := range []string{"a\n", "<!-- x -->\n", "<!-- /x -->\n"} {
		if _, err := between(broken, "x", ""); err == nil {
			t.Errorf("%q has no place for the part, and none is missed", broken)
		}
	}
}

// TestThePackagedFileIsUnderstood uncomments every setting that has a plain default and gives the file to the
// server.
func TestThePackagedFileIsUnderstood(t *testing.T) {
	var lines []string
	for _, line := range strings.Split(configFile(server.Settings()), "\n") {
		bare := strings.TrimPrefix(line, "# ")
		if strings.Contains(bare, ` = "`) && !strings.HasSuffix(bare, `""`) {
			line = bare
		}
		lines = append(lines, line)
	}
	name := t.TempDir() + "/zolal.toml"
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := server.Load(server.Sources{File: name}); err != nil {
		t.Error(err)
	}
}
