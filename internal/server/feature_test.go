// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestTheServerSaysHowFarEachFeatureIs(t *testing.T) {
	s := quietServer(t, func(*Config) {})
	_, body := page(t, s, "/.well-known/zolal")
	var known struct{ Features map[string]string }
	if err := json.Unmarshal([]byte(body), &known); err != nil {
		t.Fatal(err)
	}
	if len(known.Features) != len(Features()) {
		t.Errorf("it says %v", known.Features)
	}
	for _, f := range Features() {
		if known.Features[f.Code] != f.Mark || f.English == "" || f.Persian == "" {
			t.Errorf("of %+v it says %q", f, known.Features[f.Code])
		}
		if !slices.Contains([]string{MarkStable, MarkBeta, MarkExperimental}, f.Mark) {
			t.Errorf("%s is %s", f.Code, f.Mark)
		}
	}
}
