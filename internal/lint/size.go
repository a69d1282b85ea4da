// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The caps. They are there to find the seam, not for confetti.
const (
	capFile      = 800 // lines of a source file
	capFunction  = 80  // lines of a function, from its signature to its closing brace
	capColumns   = 110 // columns of a line, a tab counting one
	capParams    = 5   // parameters of a function
	capInterface = 8   // methods of an interface
)

// capExceptions bounds the exception list. Lower it whenever an entry goes; never raise it.
const capExceptions = 0

const exceptionsPath = "internal/lint/exceptions.txt"

// oversize is one measure that exceeds its cap.
type oversize struct {
	what string // file, function, columns, params, interface
	path string
	name string // of the function or interface; empty for a file; the widest line counts for columns
	size int
	cap  int
	line int
}

func (o oversize) key() string {
	return strings.TrimSpace(o.what + " " + o.path + " " + o.name)
}

// checkSizes holds every source file to the caps, except for what the exception list names. The list can only
// shrink: an entry that is no longer needed, or that allows more than is needed, is itself a finding.
func checkSizes(t *Tree) []Finding {
	var over []oversize
	for _, f := range t.with(".go", ".ts", ".svelte", ".css", ".proto", ".sql", ".sh") {
		over = append(over, textSizes(f)...)
		if f.Go != nil {
			over = append(over, t.goSizes(f)...)
		}
	}
	allowed, out := exceptions(t)
	for _, o := range over {
		limit, listed := allowed[o.key()]
		delete(allowed, o.key())
		switch {
		case !listed:
			out = append(out, finding(o.path, o.line, "%s %s is %d, the cap is %d", o.what, o.name, o.size, o.cap))
		case o.size > limit:
			out = append(out, finding(o.path, o.line, "%s %s grew from %d to %d", o.what, o.name, limit, o.size))
		case o.size < limit:
			out = append(out, finding(exceptionsPath, 0, "lower %q to %d", o.key(), o.size))
		}
	}
	for key := range allowed {
		out = append(out, finding(exceptionsPath, 0, "%q fits its cap now: remove the line", key))
	}
	return byPlace(out)
}

// exceptions reads the list: one "what path [name] size" on a line.
func exceptions(t *Tree) (map[string]int, []Finding) {
	allowed := map[string]int{}
	var out []Finding
	f := t.byPath[exceptionsPath]
	if f == nil {
		return allowed, nil
	}
	for i, line := range f.lines() {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cut := strings.LastIndexByte(line, ' ')
		size, err := strconv.Atoi(line[cut+1:])
		if cut < 0 || err != nil {
			out = append(out, finding(f.Path, i+1, "want: what path [name] size"))
			continue
		}
		allowed[line[:cut]] = size
	}
	if len(allowed) > capExceptions {
		out = append(out, finding(f.Path, 0, "%d exceptions, at most %d", len(allowed), capExceptions))
	}
	return allowed, out
}

// loneString is a line of the web app that is one string and nothing else: a sentence, a drawing, a row of
// emoji. The formatter keeps such a line whole, and so does the reader.
var loneString = regexp.MustCompile("^\\s*(?:[\\w-]+(?:: |=))?(?:'[^']*'|\"[^\"]*\"|`[^`]*`),?$")

func textSizes(f *File) []oversize {
	var over []oversize
	lines := f.lines()
	if len(lines) > capFile {
		over = append(over, oversize{what: "file", path: f.Path, size: len(lines), cap: capFile})
	}
	if strings.Contains(f.Path, "/catalogue/") {
		return over // sentences people read, one to a line however long
	}
	widest := oversize{what: "columns", path: f.Path, cap: capColumns}
	web := strings.HasPrefix(f.Path, "web/")
	for i, l := range lines {
		w := utf8.RuneCountInString(l)
		if w > capColumns && w > widest.size && !(web && loneString.MatchString(l)) {
			widest.size, widest.line = w, i+1
		}
	}
	if widest.size > 0 {
		over = append(over, widest)
	}
	return over
}

func (t *Tree) goSizes(f *File) []oversize {
	var over []oversize
	measure := func(what, name string, size, limit int, at token.Pos) {
		if size > limit {
			over = append(over, oversize{what, f.Path, name, size, limit, t.line(at)})
		}
	}
	ast.Inspect(f.Go, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			measure("function", funcName(n), t.line(n.End())-t.line(n.Pos())+1, capFunction, n.Pos())
			measure("params", funcName(n), n.Type.Params.NumFields(), capParams, n.Pos())
		case *ast.FuncLit:
			at := fmt.Sprintf("literal@%d", t.line(n.Pos()))
			measure("params", at, n.Type.Params.NumFields(), capParams, n.Pos())
		case *ast.TypeSpec:
			if i, ok := n.Type.(*ast.InterfaceType); ok {
				measure("interface", n.Name.Name, i.Methods.NumFields(), capInterface, n.Pos())
				for _, m := range i.Methods.List {
					if ft, ok := m.Type.(*ast.FuncType); ok && len(m.Names) > 0 {
						name := n.Name.Name + "." + m.Names[0].Name
						measure("params", name, ft.Params.NumFields(), capParams, m.Pos())
					}
				}
			}
		}
		return true
	})
	return over
}

// funcName is Name, or Type.Name for a method.
func funcName(d *ast.FuncDecl) string {
	if recv := receiver(d); recv != "" {
		return recv + "." + d.Name.Name
	}
	return d.Name.Name
}

// receiver is the name of the type a method belongs to, or empty.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
