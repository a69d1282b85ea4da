// SPDX-License-Identifier: AGPL-3.0-or-later

// Package lint holds the house rules that a machine can check, as Go tests: sizes, the direction of imports,
// fences around third parties, package state, documentation, licences, and that the documents speak only of
// what exists.
//
// A rule is a pure function from a [Tree] to findings. It reads syntax alone, never types, so the whole tree
// is checked in about a second. Rules about packages that do not exist yet say nothing until they do. Every
// rule has a small sample in the tests that it must find fault with, so a rule that never fires is noticed.
package lint

import (
	"fmt"
	"sort"
)

// A Finding is one place where the tree breaks a rule.
type Finding struct {
	Path string // slash-separated, relative to the root of the tree
	Line int    // from 1; 0 speaks of the whole file
	Text string // what is wrong and what to do about it
}

func (f Finding) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.Path, f.Text)
	}
	return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Text)
}

// A Rule is one house rule.
type Rule struct {
	Name  string
	Check func(*Tree) []Finding
}

// Rules lists every house rule.
func Rules() []Rule {
	return []Rule{
		{"sizes", checkSizes},
		{"imports", checkImports},
		{"fences", checkFences},
		{"state", checkState},
		{"init", checkInit},
		{"docs-of-names", checkDocComments},
		{"package-docs", checkPackageDocs},
		{"package-names", checkPackageNames},
		{"context-first", checkContextFirst},
		{"error-texts", checkErrorTexts},
		{"sleeps", checkSleeps},
		{"left-out", checkLeftOut},
		{"licences", checkLicences},
		{"reuse", checkReuse},
		{"clauses", checkClauses},
		{"doc-names", checkDocNames},
		{"doc-links", checkDocLinks},
		{"glossary", checkGlossary},
		{"claims", checkClaims},
		{"dependencies", checkDependencies},
		{"package-map", checkPackageMap},
		{"machine-paths", checkMachinePaths},
		{"unfinished", checkUnfinished},
	}
}

// finding is a Finding with a formatted text.
func finding(path string, line int, format string, args ...any) Finding {
	return Finding{Path: path, Line: line, Text: fmt.Sprintf(format, args...)}
}

// byPlace orders findings by path and line.
func byPlace(all []Finding) []Finding {
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].Path != all[j].Path {
			return all[i].Path < all[j].Path
		}
		return all[i].Line < all[j].Line
	})
	return all
}
