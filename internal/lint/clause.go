// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"regexp"
	"strings"
)

const protocolPath = "docs/protocol.md"

var (
	clauseAnchor = regexp.MustCompile(`\*\*([A-Z]{2,}-[0-9]+)\*\*`)
	clauseCite   = regexp.MustCompile(`\b([A-Z]{2,})-([0-9]+)\b`)
)

// checkClauses ties the protocol to the code: every numbered clause (**SYNC-7**) is cited by code and by a
// test, and every citation names a clause that exists. Letters that no clause uses, as in UTF-8, are not
// citations.
func checkClauses(t *Tree) []Finding {
	spec := t.byPath[protocolPath]
	if spec == nil {
		return nil
	}
	clauses, areas, out := clausesOf(spec)
	inCode, inTest := map[string]bool{}, map[string]bool{}
	cites := append(t.with(".go", ".ts", ".svelte", ".sql"), t.under("testdata/script/", ".txt")...)
	for _, f := range cites {
		if strings.HasPrefix(f.Path, "internal/lint/") {
			continue // its samples cite clauses of their own
		}
		for i, line := range f.lines() {
			for _, m := range clauseCite.FindAllStringSubmatch(line, -1) {
				switch {
				case !areas[m[1]]:
				case clauses[m[0]] == 0:
					out = append(out, finding(f.Path, i+1, "%s is not a clause of %s", m[0], protocolPath))
				case f.isTest():
					inTest[m[0]] = true
				default:
					inCode[m[0]] = true
				}
			}
		}
	}
	for c, line := range clauses {
		if !inCode[c] {
			out = append(out, finding(protocolPath, line, "no code cites %s", c))
		}
		if !inTest[c] {
			out = append(out, finding(protocolPath, line, "no test cites %s", c))
		}
	}
	return byPlace(out)
}

// clausesOf lists the clauses of the protocol with their lines, and the letters they begin with. Clauses
// below a heading "Later parts" are announcements, not yet rules.
func clausesOf(spec *File) (clauses map[string]int, areas map[string]bool, out []Finding) {
	clauses, areas = map[string]int{}, map[string]bool{}
	later := laterLines(spec)
	for i, line := range spec.lines() {
		for _, m := range clauseAnchor.FindAllStringSubmatch(line, -1) {
			area, _, _ := strings.Cut(m[1], "-")
			switch {
			case later[i]:
			case clauses[m[1]] != 0:
				out = append(out, finding(spec.Path, i+1, "%s stands here and in line %d", m[1], clauses[m[1]]))
			default:
				clauses[m[1]], areas[area] = i+1, true
			}
		}
	}
	return clauses, areas, out
}

// under lists the files below a directory that have an ending.
func (t *Tree) under(dir, ext string) []*File {
	var out []*File
	for _, f := range t.Files {
		if strings.HasPrefix(f.Path, dir) && strings.HasSuffix(f.Path, ext) {
			out = append(out, f)
		}
	}
	return out
}

// laterLines marks the lines of a document below a heading that contains "Later parts", to the next heading
// of the same or a higher level. What is announced there need not exist.
func laterLines(f *File) map[int]bool {
	out := map[int]bool{}
	level := 0 // of the heading we are below; 0 outside
	fenced := false
	for i, line := range f.lines() {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if n := headingLevel(line); n > 0 && !fenced {
			switch {
			case strings.Contains(line, "Later parts"):
				level = n
			case level >= n:
				level = 0
			}
		}
		if level > 0 {
			out[i] = true
		}
	}
	return out
}

func headingLevel(line string) int {
	n := 0
	for n < len(line) && line[n] == '#' {
		n++
	}
	if n == 0 || n > 6 || n == len(line) || line[n] != ' ' {
		return 0
	}
	return n
}
