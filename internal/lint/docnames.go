// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
)

var (
	inBackticks = regexp.MustCompile("`([^`\n]+)`")
	goName      = regexp.MustCompile(`^([a-z][a-z0-9]*)\.([A-Z]\w*)(?:\.(\w+))?(?:\(\))?$`)
	pathName    = regexp.MustCompile(`^[\w.*{},@-]+(?:/[\w.*{},@-]*)*$`)
	rootFile    = regexp.MustCompile(`^[\w-]+\.(?:go|md|ts|svelte|proto|toml|sql)$`)
	useLine     = regexp.MustCompile(`\bUse:\s*"([a-z][a-z0-9-]*)`)
	targetLine  = regexp.MustCompile(`(?m)^([a-z][a-z0-9-]*):`)
	plainWord   = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
)

// foreign are the packages of others that documents may speak of as pkg.Name.
var foreign = setOf("errors fmt context slog http sql testing time sync rand io os net regexp synctest " +
	"embed template json proto protojson roaring rapid atomic bytes strings flag")

// ourDirs are the top directories in which documents name files.
var ourDirs = setOf("internal cmd docs web proto testdata packaging transparency tools .ci LICENSES")

// names knows what exists: Go names by package, make targets, and words of the two command lines.
type names struct {
	tree    *Tree
	inGo    map[string]map[string]bool // package name → Name, Name.Member
	targets map[string]bool
	words   map[string]map[string]bool // command → its words; absent until the command exists
}

// checkDocNames holds the documents to the code: Go names, paths, make targets and commands in backticks or
// in code blocks must exist, except below a heading "Later parts".
func checkDocNames(t *Tree) []Finding {
	n := namesOf(t)
	var out []Finding
	for _, f := range t.with(".md") {
		later := laterLines(f)
		fenced := false
		for i, line := range f.lines() {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				fenced = !fenced
				continue
			}
			if later[i] {
				continue
			}
			for _, name := range namesIn(line, fenced) {
				if why := n.missing(name); why != "" {
					out = append(out, finding(f.Path, i+1, "`%s`: %s", name, why))
				}
			}
		}
	}
	return out
}

// namesIn lists what a line of a document names: what stands in backticks, or a command in a code block.
func namesIn(line string, fenced bool) []string {
	if fenced {
		line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
		line = strings.TrimPrefix(strings.TrimPrefix(line, "sudo "), "bin/")
		line, _, _ = strings.Cut(line, " #")
		word, _, _ := strings.Cut(line, " ")
		if word == "make" || word == "zolal" || word == "zolalbench" {
			return []string{strings.TrimSpace(line)}
		}
		return nil
	}
	var out []string
	for _, m := range inBackticks.FindAllStringSubmatch(line, -1) {
		out = append(out, m[1])
	}
	return out
}

// missing says why a name does not exist, or nothing: also for what is no name of ours.
func (n names) missing(name string) string {
	words := strings.Fields(name)
	if len(words) > 1 {
		switch words[0] {
		case "make":
			return n.missingTarget(words[1:])
		case "zolal", "zolalbench", "bin/zolal", "bin/zolalbench":
			return n.missingCommand(path.Base(words[0]), words[1:])
		}
		return ""
	}
	if m := goName.FindStringSubmatch(name); m != nil && !rootFile.MatchString(name) {
		return n.missingGo(m[1], m[2], m[3])
	}
	return n.missingPath(name)
}

func (n names) missingTarget(words []string) string {
	for _, w := range words {
		if plainWord.MatchString(w) && !n.targets[w] {
			return "no such make target"
		}
	}
	return ""
}

func (n names) missingCommand(command string, words []string) string {
	known := n.words[command]
	if known == nil {
		return ""
	}
	for i, w := range words {
		if i > 1 || !plainWord.MatchString(w) {
			break
		}
		if !known[w] {
			if i == 0 {
				return "no such command"
			}
			break // an argument
		}
	}
	return ""
}

func (n names) missingGo(pkg, name, member string) string {
	known, ours := n.inGo[pkg]
	switch {
	case !ours && foreign[pkg]:
		return ""
	case !ours:
		return "no package " + pkg + " here"
	case !known[name]:
		return "package " + pkg + " has no " + name
	case member != "" && !known[name+"."+member]:
		return name + " has no " + member
	}
	return ""
}

// missingPath judges a path below one of our top directories, or a file at the root.
func (n names) missingPath(name string) string {
	if !pathName.MatchString(name) || strings.HasPrefix(name, "...") {
		return ""
	}
	first, rest, deep := strings.Cut(name, "/")
	if !deep {
		if rootFile.MatchString(name) && !n.fileNamed(name) {
			return "no such file"
		}
		return ""
	}
	if !ourDirs[first] {
		return ""
	}
	if rest == "dist" || strings.HasPrefix(rest, "dist/") || strings.HasPrefix(rest, "node_modules") {
		return "" // built
	}
	for _, p := range braces(strings.TrimSuffix(name, "/")) {
		if !n.pathExists(p) {
			return "no such path " + p
		}
	}
	return ""
}

func (n names) fileNamed(base string) bool {
	for p := range n.tree.byPath {
		if path.Base(p) == base {
			return true
		}
	}
	return false
}

func (n names) pathExists(p string) bool {
	if n.tree.has(p) {
		return true
	}
	if !strings.Contains(p, "*") {
		return false
	}
	g := glob(p)
	for have := range n.tree.byPath {
		if g.MatchString(have) {
			return true
		}
	}
	for have := range n.tree.dirs {
		if g.MatchString(have) {
			return true
		}
	}
	return false
}

// braces expands one {a,b} group.
func braces(p string) []string {
	open, end := strings.IndexByte(p, '{'), strings.IndexByte(p, '}')
	if open < 0 || end < open {
		return []string{p}
	}
	var out []string
	for _, alt := range strings.Split(p[open+1:end], ",") {
		out = append(out, p[:open]+alt+p[end+1:])
	}
	return out
}

func namesOf(t *Tree) names {
	n := names{
		tree:    t,
		inGo:    map[string]map[string]bool{},
		targets: map[string]bool{},
		words:   map[string]map[string]bool{},
	}
	for _, f := range t.Files {
		if f.Go != nil {
			n.addGo(f)
		}
		if dir := f.dir(); dir == "cmd/zolal" || dir == "cmd/zolalbench" {
			for _, m := range useLine.FindAllStringSubmatch(f.Text, -1) {
				n.addWord(path.Base(dir), m[1])
			}
		}
	}
	if f := t.byPath["Makefile"]; f != nil {
		for _, m := range targetLine.FindAllStringSubmatch(f.Text, -1) {
			n.targets[m[1]] = true
		}
	}
	return n
}

func (n names) addWord(command, word string) {
	if n.words[command] == nil {
		n.words[command] = map[string]bool{}
	}
	n.words[command][word] = true
}

func (n names) addGo(f *File) {
	pkg := strings.TrimSuffix(f.Go.Name.Name, "_test")
	if n.inGo[pkg] == nil {
		n.inGo[pkg] = map[string]bool{}
	}
	known := n.inGo[pkg]
	for _, d := range f.Go.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			known[funcName(d)] = true
		case *ast.GenDecl:
			for _, s := range d.Specs {
				addSpec(known, s)
			}
		}
	}
}

func addSpec(known map[string]bool, s ast.Spec) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			known[name.Name] = true
		}
	case *ast.TypeSpec:
		known[s.Name.Name] = true
		var fields *ast.FieldList
		switch typ := s.Type.(type) {
		case *ast.StructType:
			fields = typ.Fields
		case *ast.InterfaceType:
			fields = typ.Methods
		}
		if fields == nil {
			return
		}
		for _, field := range fields.List {
			for _, name := range field.Names {
				known[s.Name.Name+"."+name.Name] = true
			}
		}
	}
}
