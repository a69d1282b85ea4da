// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// expressions collects what a dashboard asks Prometheus, wherever it stands.
func expressions(v any) (all []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if text, is := inner.(string); is && (key == "expr" || key == "query") {
				all = append(all, text)
			}
			all = append(all, expressions(inner)...)
		}
	case []any:
		for _, inner := range v {
			all = append(all, expressions(inner)...)
		}
	}
	return all
}

func TestEveryNumberOfTheDashboardIsOneOfTheMetrics(t *testing.T) {
	raw, err := os.ReadFile("../../packaging/grafana-zolal.json")
	if err != nil {
		t.Fatal(err)
	}
	var board any
	if err := json.Unmarshal(raw, &board); err != nil {
		t.Fatal(err)
	}
	s := quietServer(t, func(c *Config) { c.TLS.Local, c.Backup.Keep = []string{"127.0.0.1"}, 7 })
	if err := s.nightlyBackup(t.Context()); err != nil { // so that there is one to tell the age of
		t.Fatal(err)
	}
	_, exported := page(t, s, "/metrics")
	var shown []string
	for _, e := range expressions(board) {
		for _, name := range regexp.MustCompile(`\b(zolal|go|process)_\w+`).FindAllString(e, -1) {
			if !regexp.MustCompile(`(?m)^` + name + `[ {]`).MatchString(exported) {
				t.Errorf("%s asks for %s, which is not exported", e, name)
			}
			shown = append(shown, name)
		}
	}
	for line := range strings.Lines(exported) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, _, _ = strings.Cut(name, "{")
		if strings.HasPrefix(name, "zolal_") && !slices.Contains(shown, name) {
			t.Errorf("%s is exported, and nothing shows it", name)
		}
	}
}
