// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"path"
	"regexp"
	"strings"
)

const (
	agpl   = "AGPL-3.0-or-later"
	apache = "Apache-2.0"
)

var (
	spdxHeader = regexp.MustCompile(`SPDX-License-` + `Identifier: ([A-Za-z0-9.+-]+)`)
	reusePath  = regexp.MustCompile(`(?ms)^path = (\[.*?\]|".*?")`)
	quoted     = regexp.MustCompile(`"([^"]+)"`)
)

// withHeader are the endings of files that carry their licence in their first lines.
var withHeader = []string{".go", ".ts", ".svelte", ".css", ".proto", ".sql", ".sh", ".mjs", ".js"}

// licenceOf is the licence of a file by its place: what others build upon is permissive, the rest is not.
func licenceOf(p string) string {
	dir := path.Dir(p)
	if dir == root && path.Ext(p) == ".go" || matches("transparency/**", dir) || matches("proto/**", dir) {
		return apache
	}
	return agpl
}

// checkLicences wants the right SPDX header in the first lines of every source file.
func checkLicences(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.Files {
		if !hasHeader(f.Path) || strings.Contains("/"+f.Path, "/testdata/") {
			continue
		}
		m := spdxHeader.FindStringSubmatch(head(f.Text, 12))
		want := licenceOf(f.Path)
		switch {
		case m == nil:
			out = append(out, finding(f.Path, 1, "no licence header; want %s", want))
		case f.Generated && m[1] == apache: // made from proto/ for another directory
		case m[1] != want:
			out = append(out, finding(f.Path, 1, "licence %s, but its directory has %s", m[1], want))
		}
	}
	return out
}

func hasHeader(p string) bool {
	for _, e := range withHeader {
		if strings.HasSuffix(p, e) {
			return true
		}
	}
	return p == "Makefile" || strings.HasPrefix(p, ".ci/")
}

func head(text string, lines int) string {
	all := strings.SplitN(text, "\n", lines+1)
	return strings.Join(all[:min(len(all), lines)], "\n")
}

// checkReuse wants every file without a header to be covered by a path of REUSE.toml.
func checkReuse(t *Tree) []Finding {
	reuse := t.byPath["REUSE.toml"]
	if reuse == nil {
		return []Finding{finding("REUSE.toml", 0, "missing: it states the licence of files without a header")}
	}
	var globs []*regexp.Regexp
	for _, list := range reusePath.FindAllStringSubmatch(reuse.Text, -1) {
		for _, g := range quoted.FindAllStringSubmatch(list[1], -1) {
			if g[1] != "**" { // copyright of all, licence of none
				globs = append(globs, glob(g[1]))
			}
		}
	}
	var out []Finding
	for p, f := range t.byPath {
		if spdxHeader.MatchString(head(f.Text, 12)) || p == "LICENSE" || strings.HasPrefix(p, "LICENSES/") {
			continue
		}
		covered := false
		for _, g := range globs {
			covered = covered || g.MatchString(p)
		}
		if !covered {
			out = append(out, finding(p, 0, "neither a licence header nor a path in REUSE.toml"))
		}
	}
	return byPlace(out)
}

// glob compiles a path of REUSE.toml: * stays within a directory, ** crosses them.
func glob(pattern string) *regexp.Regexp {
	quotedGlob := regexp.QuoteMeta(pattern)
	quotedGlob = strings.ReplaceAll(quotedGlob, `\*\*`, "\x00")
	quotedGlob = strings.ReplaceAll(quotedGlob, `\*`, `[^/]*`)
	return regexp.MustCompile("^" + strings.ReplaceAll(quotedGlob, "\x00", `.*`) + "$")
}
