// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"path"
	"strconv"
	"strings"
)

// A layer says which packages of ours the packages of a pattern may import. Patterns are directories.
type layer struct {
	dirs string
	may  []string
}

// root is the directory of the public client.
const root = "."

// layers is the direction of imports. The first row that fits a package decides; a package that fits none is
// a finding, so a new package has to be given its place.
var layers = []layer{
	{"internal/chat", nil},
	{"transparency", nil},
	{"proto/**", []string{"proto/**"}},
	{"internal/lint", nil},
	{"web", nil},

	{"internal/wire", []string{"internal/chat", "proto/**"}},
	{"internal/engine", []string{"internal/chat"}},
	{"internal/store/*", []string{"internal/chat", "internal/engine", "internal/account",
		"internal/media", "internal/search", "internal/push"}},
	{"internal/natsbus", []string{"internal/chat"}},
	{"internal/hub", []string{"internal/chat"}},
	{"internal/account", []string{"internal/chat"}},
	{"internal/media", []string{"internal/chat"}},
	{"internal/outside", nil},

	{"internal/search", []string{"internal/chat", "internal/engine"}},
	{"internal/keys", []string{"internal/chat", "internal/engine"}},
	{"internal/importer", []string{"internal/chat", "internal/engine"}},
	{"internal/ledger", []string{"internal/chat", "internal/engine", "transparency"}},
	{"internal/preview", []string{"internal/chat", "internal/engine", "internal/outside"}},
	{"internal/push", []string{"internal/chat", "internal/engine", "internal/outside"}},

	{"internal/gateway/*", []string{"internal/chat", "internal/engine", "internal/hub", "internal/account",
		"internal/keys", "internal/media", "internal/preview", "internal/push", "internal/search",
		"internal/wire", "proto/**", "web"}},
	{"internal/server", []string{"internal/**", "web", "proto/**", "transparency"}},
	{"internal/port", nil},
	{"internal/testenv/provider", nil},
	{"internal/testenv/pushservice", nil},
	{"web/e2e/provider", []string{"internal/testenv/provider"}},
	{"web/e2e/pushservice", []string{"internal/testenv/pushservice"}},
	{"web/e2e/site", nil},
	{"internal/testenv", []string{root, "internal/**", "proto/**", "transparency", "web"}},
	{"internal/sim", []string{root, "internal/**", "proto/**"}},

	{root, []string{"internal/wire", "proto/**", "transparency"}},
	{"cmd/zolalbench", []string{root, "proto/**", "internal/port", "internal/testenv/pushservice"}},
	{"docs/generate", []string{"internal/server", "internal/store/sqlite", "internal/wire"}},
	{"cmd/zolal", []string{root, "internal/server", "internal/importer", "internal/chat", "transparency"}},
}

// inTests is what tests may import beyond their package's own row: the reference store, a whole server, and
// the rules' vocabulary. Which store holds a test's data must not decide what the package depends on.
var inTests = []string{root, "internal/chat", "internal/engine", "internal/media", "internal/store/*",
	"internal/server", "internal/outside", "internal/testenv", "internal/testenv/provider",
	"internal/testenv/pushservice", "internal/wire", "proto/**"}

// checkImports holds every package to its row in layers.
func checkImports(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.Files {
		if f.Go == nil {
			continue
		}
		row, ok := rowOf(f.dir())
		if !ok {
			out = append(out, finding(f.Path, 0, "package %s has no row in the direction of imports", f.dir()))
			continue
		}
		for _, s := range f.Go.Imports {
			dir, ours := t.ours(importPath(s.Path.Value))
			if !ours || dir == f.dir() || matchesAny(row.may, dir) {
				continue
			}
			if f.isTest() && matchesAny(inTests, dir) {
				continue
			}
			out = append(out, finding(f.Path, t.line(s.Pos()), "%s may not import %s", f.dir(), dir))
		}
	}
	return out
}

func rowOf(dir string) (layer, bool) {
	for _, l := range layers {
		if matches(l.dirs, dir) {
			return l, true
		}
	}
	return layer{}, false
}

// ours is the directory of an import path of this module.
func (t *Tree) ours(imported string) (string, bool) {
	if imported == t.Module {
		return root, true
	}
	dir, ok := strings.CutPrefix(imported, t.Module+"/")
	return dir, ok
}

func importPath(quoted string) string {
	p, err := strconv.Unquote(quoted)
	if err != nil {
		return quoted
	}
	return p
}

// A fence says in which directories a third party may be imported.
type fence struct {
	imports []string // import path prefixes
	only    []string // directories
}

var fences = []fence{
	{[]string{"database/sql", "modernc.org/sqlite", "modernc.org/libc", "github.com/pressly/goose"},
		[]string{"internal/store/sqlite"}},
	{[]string{"google.golang.org/protobuf", "connectrpc.com/connect"},
		[]string{"internal/wire", "internal/gateway/*", "proto/**", root, "cmd/zolalbench", "internal/testenv"}},
	{[]string{"github.com/go-webauthn/webauthn"}, []string{"internal/account"}},
	{[]string{"github.com/gobwas/ws", "github.com/gobwas/pool", "github.com/gobwas/httphead"},
		[]string{"internal/gateway/native", root}},
	{[]string{"github.com/RoaringBitmap/roaring"},
		[]string{"internal/hub", "internal/store/*", "internal/engine", "internal/account", "internal/push"}},
	{[]string{"github.com/SherClockHolmes/webpush-go"}, []string{"internal/push"}},
	{[]string{"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/schollz/progressbar"},
		[]string{"cmd/*"}},
	{[]string{"github.com/coreos/go-oidc", "golang.org/x/oauth2"}, []string{"internal/server"}},
	{[]string{"github.com/minio/minio-go"}, []string{"internal/media"}},
	{[]string{"github.com/zitadel/oidc"}, []string{"internal/testenv/provider"}},
	{[]string{"github.com/caddyserver/certmagic", "github.com/prometheus/client_golang"},
		[]string{"internal/server"}},
}

// onlyTests are libraries that only tests and the packages made for tests may import.
var onlyTests = []string{"pgregory.net/rapid", "github.com/anishathalye/porcupine", "go.uber.org/goleak",
	"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "github.com/descope/virtualwebauthn",
	"github.com/johannesboyne/gofakes3", "testing", "testing/synctest"}

var testPackages = []string{"internal/store/storetest", "internal/testenv", "internal/sim"}

// checkFences keeps third parties where they belong.
func checkFences(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.Files {
		if f.Go == nil {
			continue
		}
		for _, s := range f.Go.Imports {
			imported := importPath(s.Path.Value)
			at := t.line(s.Pos())
			for _, w := range fences {
				if prefixed(w.imports, imported) && !matchesAny(w.only, f.dir()) {
					only := strings.Join(w.only, ", ")
					out = append(out, finding(f.Path, at, "%s belongs in %s only", imported, only))
				}
			}
			if prefixed(onlyTests, imported) && !f.isTest() && !matchesAny(testPackages, f.dir()) {
				out = append(out, finding(f.Path, at, "%s is for tests only", imported))
			}
		}
	}
	return out
}

func prefixed(prefixes []string, imported string) bool {
	for _, p := range prefixes {
		if imported == p || strings.HasPrefix(imported, p+"/") {
			return true
		}
	}
	return false
}

// forbiddenNames say nothing about what is inside.
var forbiddenNames = setOf("util utils common helpers helper types models model mock mocks misc shared lib")

// checkPackageNames refuses packages named after nothing, and packages not named after their directory.
func checkPackageNames(t *Tree) []Finding {
	var out []Finding
	for dir, files := range t.packages() {
		for _, part := range strings.Split(dir, "/") {
			if forbiddenNames[part] {
				out = append(out, finding(dir, 0, "a package named %q says nothing about what is inside", part))
			}
		}
		for _, f := range files {
			name := strings.TrimSuffix(f.Go.Name.Name, "_test")
			if forbiddenNames[name] {
				out = append(out, finding(f.Path, 1, "package %q says nothing about what is inside", name))
			}
			own := name == path.Base(dir) || name == "main" || dir == root || strings.HasPrefix(dir, "proto/")
			if !own {
				out = append(out, finding(f.Path, 1, "package %s stands in a directory named %s", name, path.Base(dir)))
			}
		}
	}
	return byPlace(out)
}
