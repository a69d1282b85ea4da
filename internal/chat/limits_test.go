// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "testing"

func TestEveryLimitHasANameAValueAndAMeaning(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range Limits() {
		if l.Name == "" || l.Value <= 0 || l.Unit == "" || l.Meaning == "" || seen[l.Name] {
			t.Errorf("%+v", l)
		}
		seen[l.Name] = true
	}
	if len(seen) < 20 {
		t.Errorf("only %d limits", len(seen))
	}
}
