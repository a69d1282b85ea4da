// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// checkDocComments wants a comment on every exported name of a package that others can import.
func checkDocComments(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.goFiles() {
		if f.isTest() || f.Go.Name.Name == "main" {
			continue
		}
		for _, d := range f.Go.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				recv := receiver(d)
				if !d.Name.IsExported() || recv != "" && !ast.IsExported(recv) || d.Doc != nil {
					continue
				}
				if recv != "" && wellKnown[d.Name.Name] {
					continue
				}
				out = append(out, finding(f.Path, t.line(d.Pos()), "%s has no comment", funcName(d)))
			case *ast.GenDecl:
				out = append(out, t.undocumented(f, d)...)
			}
		}
	}
	return out
}

// wellKnown methods mean what their interface says.
var wellKnown = setOf("Error String Unwrap Len Less Swap LogValue")

func (t *Tree) undocumented(f *File, d *ast.GenDecl) []Finding {
	var out []Finding
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && s.Doc == nil && s.Comment == nil && (d.Doc == nil || d.Lparen.IsValid()) {
				out = append(out, finding(f.Path, t.line(s.Pos()), "type %s has no comment", s.Name.Name))
			}
		case *ast.ValueSpec:
			for _, n := range s.Names {
				if n.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
					out = append(out, finding(f.Path, t.line(n.Pos()), "%s has no comment", n.Name))
				}
			}
		}
	}
	return out
}

// checkPackageDocs wants every package to say what it is, in one place.
func checkPackageDocs(t *Tree) []Finding {
	var out []Finding
	for dir, files := range t.packages() {
		documented, real := 0, 0
		for _, f := range files {
			if f.isTest() || f.Generated {
				continue
			}
			real++
			if f.Go.Doc != nil && strings.TrimSpace(f.Go.Doc.Text()) != "" && !onlySPDX(f.Go.Doc.Text()) {
				documented++
			}
		}
		switch {
		case real > 0 && documented == 0:
			out = append(out, finding(dir, 0, "the package has no package comment"))
		case documented > 1:
			out = append(out, finding(dir, 0, "%d files carry a package comment; keep one", documented))
		}
	}
	return byPlace(out)
}

// onlySPDX tells whether a comment is a licence header that stands too close to the package clause.
func onlySPDX(text string) bool {
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		if !strings.HasPrefix(l, "SPDX-") {
			return false
		}
	}
	return true
}

// checkContextFirst wants a context to be the first parameter.
func checkContextFirst(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.goFiles() {
		ast.Inspect(f.Go, func(n ast.Node) bool {
			ft, ok := n.(*ast.FuncType)
			if !ok || ft.Params == nil {
				return true
			}
			for i, p := range ft.Params.List {
				if i > 0 && isSelector(p.Type, "context", "Context") && !isTestingFirst(ft) {
					out = append(out, finding(f.Path, t.line(p.Pos()), "a context comes first"))
				}
			}
			return true
		})
	}
	return out
}

// isTestingFirst allows a *testing.T before the context.
func isTestingFirst(ft *ast.FuncType) bool {
	p := ft.Params.List[0].Type
	if s, ok := p.(*ast.StarExpr); ok {
		p = s.X
	}
	s, ok := p.(*ast.SelectorExpr)
	return ok && isSelector(p, "testing", s.Sel.Name)
}

func isSelector(e ast.Expr, pkg, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg && s.Sel.Name == name
}

// checkErrorTexts wants errors named after the operation: "append c1: …", never that something failed to.
func checkErrorTexts(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.goFiles() {
		ast.Inspect(f.Go, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			if !isSelector(call.Fun, "fmt", "Errorf") && !isSelector(call.Fun, "errors", "New") {
				return true
			}
			lit, ok := call.Args[0].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text := strings.ToLower(importPath(lit.Value))
			for _, filler := range []string{"failed to", "unable to", "error while", "could not "} {
				if strings.Contains(text, filler) {
					out = append(out, finding(f.Path, t.line(lit.Pos()), "say the operation, not %q", filler))
				}
			}
			return true
		})
	}
	return out
}

// checkSleeps refuses sleeping in tests, except on the fake clock of testing/synctest. A test waits for a
// condition with a deadline; a sleep is either too long or too short.
func checkSleeps(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.goFiles() {
		if !f.isTest() || importNamed(f, "synctest") != "" {
			continue
		}
		ast.Inspect(f.Go, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if ok && isSelector(call.Fun, "time", "Sleep") && !t.excused(f, call.Pos()) {
				out = append(out, finding(f.Path, t.line(call.Pos()), "a test waits for a condition, it does not sleep"))
			}
			return true
		})
	}
	return out
}

var racePart = regexp.MustCompile(`(?m)^RACE_(?:SLOW|SHORT) := (.+)$`)

var leftOut = regexp.MustCompile(`testing\.Short\(\)|(?m)^//go:build .*\brace\b`)

// checkLeftOut wants each package that leaves tests out where time is dear (short runs, the race detector) to
// be among those that the Makefile runs without the detector too: elsewhere such tests would never run.
func checkLeftOut(t *Tree) []Finding {
	makefile := t.byPath["Makefile"]
	if makefile == nil {
		return nil
	}
	var parts []string
	for _, m := range racePart.FindAllStringSubmatch(makefile.Text, -1) {
		parts = append(parts, strings.Fields(m[1])...)
	}
	whole, err := regexp.Compile(strings.Join(parts, "|"))
	if err != nil {
		return []Finding{finding("Makefile", 0, "RACE_SLOW or RACE_SHORT is no expression: %v", err)}
	}
	var out []Finding
	for _, f := range t.goFiles() {
		if f.isTest() && leftOut.MatchString(f.Text) && (len(parts) == 0 || !whole.MatchString("/"+f.dir()+"/")) {
			out = append(out, finding(f.Path, 0,
				"leaves tests out of short runs: put %s into RACE_SHORT of the Makefile", f.dir()))
		}
	}
	return out
}

// excused tells whether the line of a sleep, or the line above it, says why it must be: "paced: …" for a
// poll with a deadline or a load that is meant to take time.
func (t *Tree) excused(f *File, at token.Pos) bool {
	lines := f.lines()
	n := t.line(at) - 1
	for i := max(0, n-1); i <= n && i < len(lines); i++ {
		if strings.Contains(lines[i], "// paced: ") {
			return true
		}
	}
	return false
}
