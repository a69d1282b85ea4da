// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"go/ast"
	"go/token"
	"strings"
)

// checkState allows a package variable only if it is a constant in all but name: a sentinel error, a compiled
// expression, an embedded file, a table that nothing in the package writes to, or an interface assertion.
func checkState(t *Tree) []Finding {
	var out []Finding
	for _, files := range t.packages() {
		var own []*File
		for _, f := range files {
			if !f.Generated {
				own = append(own, f)
			}
		}
		vars := packageVars(own)
		written := t.writes(own, vars)
		for _, v := range vars {
			if why := v.problem(); why != "" {
				at := t.line(v.name.Pos())
				out = append(out, finding(v.file.Path, at, "package variable %s %s", v.name.Name, why))
			}
			if w, ok := written[v.name.Name]; ok {
				out = append(out, finding(w.Path, w.Line, "%s: package state belongs in a value", w.Text))
			}
		}
	}
	return byPlace(out)
}

// checkInit refuses init functions: work at start belongs to a constructor that can fail.
func checkInit(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.goFiles() {
		for _, d := range f.Go.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				out = append(out, finding(f.Path, t.line(fn.Pos()), "func init: do the work in a constructor"))
			}
		}
	}
	return out
}

type packageVar struct {
	file     *File
	spec     *ast.ValueSpec
	name     *ast.Ident
	value    ast.Expr // nil without one
	embedded bool     // carries a go:embed directive
}

func packageVars(files []*File) []packageVar {
	var out []packageVar
	for _, f := range files {
		for _, d := range f.Go.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				spec := s.(*ast.ValueSpec)
				for i, name := range spec.Names {
					v := packageVar{file: f, spec: spec, name: name, embedded: embeds(g.Doc) || embeds(spec.Doc)}
					switch {
					case len(spec.Values) == len(spec.Names):
						v.value = spec.Values[i]
					case len(spec.Values) == 1:
						v.value = spec.Values[0]
					}
					if name.Name != "_" {
						out = append(out, v)
					}
				}
			}
		}
	}
	return out
}

func embeds(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//go:embed ") {
			return true
		}
	}
	return false
}

// problem says why the declaration alone shows mutable state, or nothing.
func (v packageVar) problem() string {
	if v.embedded {
		return ""
	}
	if v.value == nil {
		return "has no value: it waits for someone to write it"
	}
	return v.exprProblem(v.value)
}

func (v packageVar) exprProblem(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return v.exprProblem(e.X)
	case *ast.UnaryExpr:
		return v.exprProblem(e.X)
	case *ast.CompositeLit:
		if v.std(e.Type, "sync", "sync/atomic", "bytes", "strings") {
			return "is made to be written"
		}
		if _, isMap := e.Type.(*ast.MapType); isMap && len(e.Elts) == 0 {
			return "is an empty map, made to be filled"
		}
	case *ast.CallExpr:
		return v.callProblem(e)
	}
	return ""
}

// callProblem judges a variable made by a call: which functions give something immutable.
func (v packageVar) callProblem(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		if fun.Name == "make" || fun.Name == "new" {
			return "is made to be written"
		}
		return "" // a table built by a function of the package; writes to it are found separately
	case *ast.SelectorExpr:
		p := v.importOf(fun.X)
		name := fun.Sel.Name
		switch {
		case p == "flag" && v.file.isTest(), p == "sync" && strings.HasPrefix(name, "OnceV"):
			return ""
		case p == "sync", p == "sync/atomic", p == "os", p == "log", p == "log/slog", p == "net/http", p == "flag",
			p == "math/rand", p == "math/rand/v2", p == "time" && !strings.HasPrefix(name, "Dur") && name != "Date":
			return "holds or reads state of the process"
		case strings.HasPrefix(p, "github.com/prometheus/"):
			return "registers itself"
		}
	}
	return ""
}

// std tells whether a type is declared by one of these standard packages.
func (v packageVar) std(typ ast.Expr, paths ...string) bool {
	sel, ok := typ.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	p := v.importOf(sel.X)
	for _, want := range paths {
		if p == want {
			return true
		}
	}
	return false
}

// importOf is the path of the import that an expression names, or empty.
func (v packageVar) importOf(e ast.Expr) string {
	id, ok := e.(*ast.Ident)
	if !ok {
		return ""
	}
	return importNamed(v.file, id.Name)
}

// importNamed is the path of a file's import that is called name there, or empty.
func importNamed(f *File, name string) string {
	for _, s := range f.Go.Imports {
		p := importPath(s.Path.Value)
		called := p[strings.LastIndexByte(p, '/')+1:]
		if s.Name != nil {
			called = s.Name.Name
		}
		if called == name || strings.HasSuffix(p, "/"+name+"/v2") {
			return p
		}
	}
	return ""
}

// writes finds the first place in a package that writes each of its variables: assigns it or a part of it,
// counts it up or down, takes its address, deletes from it or clears it.
func (t *Tree) writes(files []*File, vars []packageVar) map[string]Finding {
	specs := map[any]bool{}
	names := map[string]bool{}
	for _, v := range vars {
		specs[v.spec] = true
		names[v.name.Name] = true
	}
	out := map[string]Finding{}
	for _, f := range files {
		note := func(e ast.Expr, how string) {
			id := rootIdent(e)
			if id == nil || !names[id.Name] || id.Obj != nil && !specs[id.Obj.Decl] {
				return // another name, or a local one that hides the package's
			}
			if _, seen := out[id.Name]; !seen {
				out[id.Name] = finding(f.Path, t.line(id.Pos()), "%s is %s", id.Name, how)
			}
		}
		ast.Inspect(f.Go, func(n ast.Node) bool {
			noteWrites(n, note)
			return true
		})
	}
	return out
}

func noteWrites(n ast.Node, note func(e ast.Expr, how string)) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, e := range n.Lhs {
				note(e, "assigned")
			}
		}
	case *ast.IncDecStmt:
		note(n.X, "counted")
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			note(n.Key, "assigned")
			note(n.Value, "assigned")
		}
	case *ast.UnaryExpr:
		if _, whole := n.X.(*ast.Ident); whole && n.Op == token.AND {
			note(n.X, "passed by address")
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && (id.Name == "delete" || id.Name == "clear") {
			note(n.Args[0], "emptied")
		}
	}
}

// rootIdent is x in x, x.a, x[i], *x and their combinations.
func rootIdent(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}
