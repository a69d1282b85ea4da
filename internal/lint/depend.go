// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"path"
	"regexp"
	"strings"
)

const dependenciesPath = "docs/dependencies.md"

var (
	requireLine = regexp.MustCompile(`^\s*(?:require )?([\w.-]+\.[a-z]+/\S+) v\S+(\s*// indirect)?$`)
	toolLine    = regexp.MustCompile(`^tool (\S+)$`)
	npmBlock    = regexp.MustCompile(`(?s)"(?:dev)?[dD]ependencies":\s*\{(.*?)\}`)
	npmName     = regexp.MustCompile(`"([^"]+)":`)
	dependRow   = regexp.MustCompile("^\\| `([^`]+)` \\|")
)

// checkDependencies compares docs/dependencies.md with the direct dependencies in Go, in npm and of the
// tools: each has a row, and outside "Later parts" each row has its dependency, once.
func checkDependencies(t *Tree) []Finding {
	used := t.dependencies()
	rows, planned, out := t.dependencyRows(used)
	for name, from := range used {
		if rows[name] == 0 && !planned[name] && !strings.HasPrefix(from, "tools/") {
			out = append(out, finding(dependenciesPath, 0, "%s has `%s`: say what for and why", from, name))
		}
	}
	return byPlace(out)
}

// dependencies maps each direct dependency to the file that names it.
func (t *Tree) dependencies() map[string]string {
	used := map[string]string{}
	for _, f := range t.Files {
		switch {
		case f.Path == "go.mod", path.Dir(f.Path) == "tools" && path.Ext(f.Path) == ".mod":
			for _, line := range f.lines() {
				if m := requireLine.FindStringSubmatch(line); m != nil && m[2] == "" && f.Path == "go.mod" {
					used[m[1]] = f.Path
				}
				if m := toolLine.FindStringSubmatch(line); m != nil {
					used[m[1]] = f.Path
				}
			}
		case f.Path == "web/package.json":
			for _, block := range npmBlock.FindAllStringSubmatch(f.Text, -1) {
				for _, m := range npmName.FindAllStringSubmatch(block[1], -1) {
					used[m[1]] = f.Path
				}
			}
		}
	}
	return used
}

// dependencyRows reads the document: rows by name with their lines, names announced below "Later parts", and
// what is wrong with the rows themselves.
func (t *Tree) dependencyRows(used map[string]string) (
	rows map[string]int, planned map[string]bool, out []Finding,
) {
	rows, planned = map[string]int{}, map[string]bool{}
	f := t.byPath[dependenciesPath]
	if f == nil {
		return rows, planned, nil
	}
	later := laterLines(f)
	for i, line := range f.lines() {
		m := dependRow.FindStringSubmatch(line)
		switch {
		case m == nil:
		case later[i]:
			planned[m[1]] = true
		case rows[m[1]] != 0:
			out = append(out, finding(f.Path, i+1, "`%s` stands here and in line %d", m[1], rows[m[1]]))
		case !usedAs(used, m[1]):
			out = append(out, finding(f.Path, i+1, "nothing depends on `%s` any more", m[1]))
		default:
			rows[m[1]] = i + 1
		}
	}
	return rows, planned, out
}

// usedAs tells whether a name is a dependency, or the module of a tool's program.
func usedAs(used map[string]string, name string) bool {
	for dep := range used {
		if dep == name || strings.HasPrefix(dep, name+"/") {
			return true
		}
	}
	return false
}
