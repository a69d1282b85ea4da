// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"regexp"
	"strings"
)

// The patterns are put together from pieces, so that this file does not match itself.
var (
	machinePath = regexp.MustCompile("(^|[\\s\"'`=(:])/" +
		"(wo" + "rk|ro" + "ot|ho" + "me|Us" + "ers)/[A-Za-z0-9_.-]+")
	unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)
)

// checkMachinePaths refuses absolute paths of one person's machine.
func checkMachinePaths(t *Tree) []Finding {
	return eachLine(t.Files, func(f *File, line string) string {
		if m := machinePath.FindString(line); m != "" {
			return "a path of one machine: " + strings.TrimSpace(m)
		}
		return ""
	})
}

// checkUnfinished refuses markers of unfinished work: what is not done belongs in an issue.
func checkUnfinished(t *Tree) []Finding {
	return eachLine(t.with(".go", ".ts", ".svelte", ".css", ".proto", ".sql", ".sh", ".md", ".html",
		".yaml", ".toml", "Makefile", ".ci/run"), func(f *File, line string) string {
		if m := unfinished.FindString(line); m != "" {
			return m + " marks unfinished work: finish it, or file it"
		}
		return ""
	})
}

func eachLine(files []*File, fault func(f *File, line string) string) []Finding {
	var out []Finding
	for _, f := range files {
		for i, line := range f.lines() {
			if text := fault(f, line); text != "" {
				out = append(out, finding(f.Path, i+1, "%s", text))
			}
		}
	}
	return out
}
