// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
)

var (
	mdLink   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	testLink = regexp.MustCompile(`^(Test|Fuzz|Benchmark|Example)\w*$`)
)

// checkDocLinks wants every relative link of a document to lead to a file, and every link to a test
// (path#TestName, or path.test.ts#title-with-dashes) to a test.
func checkDocLinks(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.with(".md") {
		for i, line := range f.lines() {
			for _, m := range mdLink.FindAllStringSubmatch(line, -1) {
				if why := t.brokenLink(f, m[1]); why != "" {
					out = append(out, finding(f.Path, i+1, "link %s: %s", m[1], why))
				}
			}
		}
	}
	return out
}

func (t *Tree) brokenLink(from *File, link string) string {
	if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") || strings.HasPrefix(link, "#") {
		return ""
	}
	file, anchor, _ := strings.Cut(link, "#")
	target := path.Join(from.dir(), file)
	if !t.has(target) {
		return "no such file"
	}
	f := t.byPath[target]
	if anchor == "" || f == nil {
		return ""
	}
	if isTestPath(target) || testLink.MatchString(anchor) {
		if !f.hasTest(anchor) {
			return "no such test"
		}
	}
	return ""
}

// hasTest tells whether a file holds a Go test function of this name, or a TypeScript test whose title reads
// like the anchor.
func (f *File) hasTest(anchor string) bool {
	if f.Go != nil {
		for _, d := range f.Go.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == anchor {
				return testLink.MatchString(anchor)
			}
		}
		return false
	}
	for _, line := range f.lines() {
		if strings.Contains(slug(line), "-"+anchor+"-") {
			return true
		}
	}
	return false
}

// slug is a text in lower case with every run of other characters than letters and digits made one dash.
func slug(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) + " " {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			dash = false
		} else {
			dash = true
		}
	}
	return "-" + b.String() + "-"
}

const claimsHeading = "What it guarantees"

// checkClaims wants every bullet of the README's "What it guarantees" to link to a test or a benchmark.
func checkClaims(t *Tree) []Finding {
	f := t.byPath["README.md"]
	if f == nil {
		return []Finding{finding("README.md", 0, "missing")}
	}
	var out []Finding
	claims, inside := 0, false
	lines := f.lines()
	for i, line := range lines {
		if headingLevel(line) > 0 {
			inside = strings.Contains(line, claimsHeading)
			continue
		}
		if !inside || !strings.HasPrefix(line, "- ") && !strings.HasPrefix(line, "* ") {
			continue
		}
		claims++
		if !linksToTest(bullet(lines[i:])) {
			out = append(out, finding(f.Path, i+1, "a claim without a link to its test or benchmark"))
		}
	}
	if claims == 0 {
		out = append(out, finding(f.Path, 0, "no claims under %q", claimsHeading))
	}
	return out
}

// bullet is a list item with the lines it goes on over.
func bullet(lines []string) string {
	for i, l := range lines {
		if i > 0 && !strings.HasPrefix(l, "  ") {
			return strings.Join(lines[:i], "\n")
		}
	}
	return strings.Join(lines, "\n")
}

func linksToTest(text string) bool {
	for _, m := range mdLink.FindAllStringSubmatch(text, -1) {
		file, anchor, _ := strings.Cut(m[1], "#")
		if isTestPath(path.Clean(file)) && anchor != "" {
			return true
		}
	}
	return false
}

const architecturePath = "ARCHITECTURE.md"

// checkPackageMap wants a line in ARCHITECTURE.md for every package.
func checkPackageMap(t *Tree) []Finding {
	f := t.byPath[architecturePath]
	if f == nil {
		return []Finding{finding(architecturePath, 0, "missing")}
	}
	var out []Finding
	for dir := range t.packages() {
		if dir != root && !strings.HasPrefix(dir, "proto/") && !strings.Contains(f.Text, "`"+dir+"`") {
			out = append(out, finding(architecturePath, 0, "no line for `%s` in the package map", dir))
		}
	}
	return byPlace(out)
}
