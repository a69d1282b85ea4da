// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"go/ast"
	"regexp"
	"strings"
	"unicode"
)

const glossaryPath = "docs/glossary.md"

var (
	glossaryRow = regexp.MustCompile(`^\| *\*\*([^|]+)\*\* *\|.*\| *not: ([^|]+)\|`)
	protoName   = regexp.MustCompile(`^\s*(?:message|enum|service|rpc|oneof)\s+(\w+)|` +
		`^\s*(?:repeated |optional )?[\w.]+(?:<[^>]*>)?\s+(\w+)\s*=\s*\d+`)
	sqlName = regexp.MustCompile(`(?i)^\s*CREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|VIEW|TRIGGER)\s+(\w+)|` +
		`^\s*(\w+)\s+(?:INTEGER|TEXT|BLOB|REAL|ANY)\b|` +
		`^\s*ALTER\s+TABLE\s+\w+\s+(?:ADD|RENAME(?:\s+COLUMN\s+\w+)?\s+TO)\s+(?:COLUMN\s+)?(\w+)`)
)

// checkGlossary keeps one word per thing: the words that docs/glossary.md says "not:" to may not be part of a
// name that is declared in Go, in SQL or in the proto files. Names of TypeScript need its parser:
// web/test/house.ts looks at them.
func checkGlossary(t *Tree) []Finding {
	f := t.byPath[glossaryPath]
	if f == nil {
		return nil
	}
	instead := map[string]string{}
	for _, line := range f.lines() {
		m := glossaryRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for _, bad := range strings.Split(m[2], ",") {
			if bad = strings.ToLower(strings.TrimSpace(bad)); bad != "" {
				instead[bad] = strings.ReplaceAll(m[1], "*", "")
			}
		}
	}
	var out []Finding
	for _, f := range t.goFiles() {
		ast.Inspect(f.Go, func(n ast.Node) bool {
			for _, id := range declared(n) {
				if bad := forbidden(instead, id.Name); bad != "" {
					out = append(out, finding(f.Path, t.line(id.Pos()), "%s: say %s, not %s", id.Name, instead[bad], bad))
				}
			}
			return true
		})
	}
	out = append(out, namedInLines(t.with(".proto"), protoName, instead)...)
	return append(out, namedInLines(t.with(".sql"), sqlName, instead)...)
}

// namedInLines looks at the names that lines of files declare: what a group of the shape matches.
func namedInLines(files []*File, shape *regexp.Regexp, instead map[string]string) []Finding {
	var out []Finding
	for _, f := range files {
		for i, line := range f.lines() {
			m := shape.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			name := strings.Join(m[1:], "")
			if bad := forbidden(instead, name); bad != "" {
				out = append(out, finding(f.Path, i+1, "%s: say %s, not %s", name, instead[bad], bad))
			}
		}
	}
	return out
}

// declared lists the names that a node introduces.
func declared(n ast.Node) []*ast.Ident {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return []*ast.Ident{n.Name}
	case *ast.TypeSpec:
		return []*ast.Ident{n.Name}
	case *ast.ValueSpec:
		return n.Names
	case *ast.Field:
		return n.Names
	}
	return nil
}

// forbidden is the first word of a name that the glossary says no to, or empty. A plural counts as its word;
// a synonym of several words (seq no) is compared with the whole name too.
func forbidden(instead map[string]string, name string) string {
	words := wordsOf(name)
	for _, w := range append(words, strings.Join(words, "")) {
		for _, form := range []string{w, strings.TrimSuffix(w, "s")} {
			if _, bad := instead[form]; bad {
				return form
			}
		}
	}
	return ""
}

// wordsOf splits HTTPServerAddr and http_server_addr into http, server, addr.
func wordsOf(name string) []string {
	var words []string
	start := 0
	rs := []rune(name)
	cut := func(end int) {
		if end > start {
			words = append(words, strings.ToLower(string(rs[start:end])))
		}
		start = end
	}
	for i, r := range rs {
		switch {
		case r == '_':
			cut(i)
			start = i + 1
		case i > start && unicode.IsUpper(r) && !unicode.IsUpper(rs[i-1]):
			cut(i)
		case i > start && unicode.IsUpper(r) && i+1 < len(rs) && unicode.IsLower(rs[i+1]):
			cut(i)
		}
	}
	cut(len(rs))
	return words
}
