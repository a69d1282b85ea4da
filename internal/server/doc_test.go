// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestTheManualListsEverySettingAsItIs compares docs/operating.md with the table of settings.
func TestTheManualListsEverySettingAsItIs(t *testing.T) {
	raw, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for _, s := range Settings() {
		fmt.Fprintf(&rows, "| `%s` | %s | %s |\n", s.Key, s.Help, s.Default)
	}
	if !strings.Contains(string(raw), rows.String()) {
		t.Errorf("docs/operating.md must hold these rows:\n%s", &rows)
	}
}
