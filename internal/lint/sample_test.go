// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// A sample is a small tree in which a rule must find exactly the given faults, each named by a part of it.
type sample struct {
	rule  string
	files map[string]string
	want  []string // none: the rule must be content
}

const goMod = "module example.org/z\n\ngo 1.26\n"

func tree(t *testing.T, files map[string]string) *Tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for p, text := range files {
		fsys[p] = &fstest.MapFile{Data: []byte(text)}
	}
	if files["go.mod"] == "" {
		fsys["go.mod"] = &fstest.MapFile{Data: []byte(goMod)}
	}
	loaded, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// TestEveryRuleFindsItsFault plants faults for every rule and wants each to be found, and no more.
func TestEveryRuleFindsItsFault(t *testing.T) {
	planted := map[string]bool{}
	for i, s := range samples() {
		t.Run(fmt.Sprintf("%s-%d", s.rule, i), func(t *testing.T) {
			got := ruleNamed(t, s.rule).Check(tree(t, s.files))
			if len(got) != len(s.want) {
				t.Fatalf("%d findings, want %d:\n%v", len(got), len(s.want), got)
			}
			for _, want := range s.want {
				if !anyContains(got, want) {
					t.Errorf("no finding says %q:\n%v", want, got)
				}
			}
		})
		if len(s.want) > 0 {
			planted[s.rule] = true
		}
	}
	for _, r := range Rules() {
		if !planted[r.Name] {
			t.Errorf("no sample plants a fault for the rule %s", r.Name)
		}
	}
}

func ruleNamed(t *testing.T, name string) Rule {
	t.Helper()
	for _, r := range Rules() {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no rule %s", name)
	return Rule{}
}

func anyContains(all []Finding, part string) bool {
	for _, f := range all {
		if strings.Contains(f.String(), part) {
			return true
		}
	}
	return false
}

func samples() []sample {
	var all []sample
	all = append(all, codeSamples()...)
	all = append(all, packageSamples()...)
	all = append(all, treeSamples()...)
	all = append(all, docSamples()...)
	return all
}

func repeat(line string, n int) string { return strings.Repeat(line+"\n", n) }

func codeSamples() []sample {
	longFunc := "package a\n\nfunc long() {\n" + repeat("\tprintln()", 90) + "}\n"
	return []sample{
		{"sizes", map[string]string{"a/a.go": longFunc}, []string{"function long is 92"}},
		{"sizes", map[string]string{"a/a.go": "package a\n" + repeat("// x", 800)}, []string{"file  is 801"}},
		{"sizes", map[string]string{"web/a.svelte": repeat("<p>", 801)}, []string{"file  is 801"}},
		{"sizes", map[string]string{"web/a.ts": "  say: '" + strings.Repeat("x", 120) + "',\n" +
			"f('" + strings.Repeat("x", 120) + "')\n"}, []string{"web/a.ts:2: columns"}},
		{"sizes", map[string]string{"a/a.go": "package a\n\n// " + strings.Repeat("ز", 110) + "\n"},
			[]string{"a/a.go:3: columns  is 113"}},
		{"sizes", map[string]string{"a/a.go": "package a\n\nfunc (*T) f(a, b, c int, d, e, g string) {}\n"},
			[]string{"params T.f is 6"}},
		{"sizes", map[string]string{"a/a.go": "package a\n\ntype I interface {\n" +
			"A()\nB()\nC()\nD()\nE()\nF()\nG()\nH()\nJ(a, b, c, d, e, f int)\n}\n"},
			[]string{"interface I is 9", "params I.J is 6"}},
		{"sizes", map[string]string{exceptionsPath: "function a/a.go long 92\n", "a/a.go": longFunc},
			[]string{"1 exceptions, at most 0"}},
		{"sizes", map[string]string{exceptionsPath: "function a/a.go gone 92\n", "a/a.go": "package a\n"},
			[]string{"1 exceptions", "fits its cap now"}},
		{"sizes", map[string]string{exceptionsPath: "function a/a.go long 91\n", "a/a.go": longFunc},
			[]string{"1 exceptions", "grew from 91 to 92"}},
		{"sizes", map[string]string{exceptionsPath: "function a/a.go long 99\n", "a/a.go": longFunc},
			[]string{"1 exceptions", "lower"}},

		{"state", map[string]string{"a/a.go": stateSample}, []string{"variable none", "variable lock",
			"variable made", "variable once", "variable cache", "table is assigned", "count is counted",
			"names is emptied", "held is passed by address", "variable client", "variable start"}},
		{"state", map[string]string{"a/a.go": stateFine, "a/a_test.go": "package a\n\nimport \"flag\"\n\n" +
			"var update = flag.Bool(\"update\", false, \"\")\n"}, nil},
		{"init", map[string]string{"a/a.go": "package a\n\nfunc init() {}\n"}, []string{"a/a.go:3: func init"}},

		{"docs-of-names", map[string]string{"a/a.go": "package a\n\ntype T struct{}\n\n" +
			"func F() {}\n\nconst C = 1\n\nfunc (T) M() {}\n\nfunc (T) String() string { return \"\" }\n\n" +
			"func (t t) Hidden() {}\n"},
			[]string{"type T", "F has", "C has", "T.M has"}},
		{"package-docs", map[string]string{"a/a.go": "// SPDX-License-" + "Identifier: X\npackage a\n"},
			[]string{"a: the package has no package comment"}},
		{"package-docs", map[string]string{"a/a.go": "// Package a.\npackage a\n",
			"a/b.go": "// Package a.\npackage a\n"},
			[]string{"2 files carry"}},
		{"context-first", map[string]string{"a/a.go": "package a\n\nimport \"context\"\n\n" +
			"func f(n int, ctx context.Context) {}\n\nfunc g(ctx context.Context, n int) {}\n"},
			[]string{"a/a.go:5: a context"}},
		{"error-texts", map[string]string{"a/a.go": "package a\n\nimport \"fmt\"\n\n" +
			"func f(err error) error { return fmt.Errorf(\"failed to open: %w\", err) }\n"},
			[]string{`not "failed to"`}},
		{"left-out", map[string]string{
			"Makefile":                 "RACE_SLOW := /cmd/\nRACE_SHORT := /internal/slow\n",
			"cmd/c/c_test.go":          "package c\n\nfunc f() { _ = testing.Short() }\n",
			"internal/slow/s_test.go":  "package slow\n\nfunc f() { _ = testing.Short() }\n",
			"internal/other/o_test.go": "package other\n\nfunc f() { _ = testing.Short() }\n",
			"internal/tag/t_test.go":   "//go:build !race\n\npackage tag\n",
		}, []string{"internal/other", "internal/tag"}},
		{"sleeps", map[string]string{"a/a_test.go": "package a\n\nimport \"time\"\n\nfunc f() {\n" +
			"\ttime.Sleep(1)\n" +
			"\ttime.Sleep(1) // paced: a poll with a deadline\n}\n",
			"a/b_test.go": "package a\n\nimport (\n\t\"testing/synctest\"\n\t\"time\"\n)\n\n" +
				"func g() { time.Sleep(1); synctest.Wait() }\n"}, []string{"a/a_test.go:6"}},
	}
}

const stateSample = `package a

import (
	"net/http"
	"sync"
	"time"
)

var none int
var lock = sync.Mutex{}
var made = make(map[string]int)
var once = &sync.Once{}
var cache = map[string]int{}
var table = []int{1}
var count = 0
var names = map[string]int{"a": 1}
var held = 1
var client = http.NewServeMux()
var start = time.Now()

func f() *int {
	table[0] = 2
	count++
	delete(names, "a")
	return &held
}
`

const stateFine = `package a

import (
	_ "embed"
	"errors"
	"io"
	"regexp"
	"sync"
	"time"
)

//go:embed a.txt
var text string

var (
	errGone = errors.New("gone")
	shape   = regexp.MustCompile("a")
	table   = map[string]int{"a": 1}
	lookup  = build()
	lazy    = sync.OnceValue(func() int { return 1 })
	epoch   = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	_       io.Reader
)

func build() [3]int {
	var table [3]int
	table[0] = 1
	lookup := table
	lookup[1]++
	return lookup
}
`

func packageSamples() []sample {
	imports := func(pkg, imported string) string {
		return "package " + pkg + "\n\nimport _ \"" + imported + "\"\n"
	}
	return []sample{
		{"imports", map[string]string{
			"internal/chat/a.go":            imports("chat", "example.org/z/internal/wire"),
			"internal/gateway/native/a.go":  imports("native", "example.org/z/internal/store/sqlite"),
			"internal/gateway/botapi/a.go":  imports("botapi", "example.org/z/internal/gateway/native"),
			"internal/gateway/site/a.go":    imports("site", "example.org/z/internal/engine"),
			"zolal.go":                      imports("zolal", "example.org/z/internal/engine"),
			"cmd/zolalbench/main.go":        imports("main", "example.org/z/internal/server"),
			"internal/novel/a.go":           "package novel\n",
			"internal/engine/a_test.go":     imports("engine", "example.org/z/internal/store/storetest"),
			"internal/gateway/site/b.go":    imports("site", "example.org/zebra"),
			"internal/hub/internal_test.go": imports("hub", "example.org/z/internal/gateway/native"),
		}, []string{"internal/chat may not import internal/wire", "native may not import internal/store/sqlite",
			"botapi may not import internal/gateway/native", ". may not import internal/engine",
			"zolalbench may not import internal/server", "internal/novel has no row",
			"internal/hub may not import internal/gateway/native"}},
		{"fences", map[string]string{
			"internal/engine/a.go":       imports("engine", "database/sql"),
			"internal/hub/a.go":          imports("hub", "google.golang.org/protobuf/proto"),
			"internal/hub/b.go":          imports("hub", "github.com/RoaringBitmap/roaring/v2"),
			"internal/chat/a.go":         imports("chat", "github.com/gobwas/ws/wsutil"),
			"internal/server/a.go":       imports("server", "github.com/spf13/cobra"),
			"cmd/zolal/main.go":          imports("main", "github.com/prometheus/client_golang/prometheus"),
			"internal/store/sqlite/a.go": imports("sqlite", "modernc.org/sqlite"),
			"internal/wire/a.go":         imports("wire", "pgregory.net/rapid"),
		}, []string{"database/sql belongs", "google.golang.org/protobuf/proto belongs", "gobwas/ws/wsutil belongs",
			"cobra belongs", "prometheus belongs", "rapid is for tests only"}},
		{"package-names", map[string]string{"internal/util/a.go": "package util\n",
			"internal/chat/b.go": "package log\n"},
			[]string{"named \"util\"", "package \"util\"", "package log stands"}},
	}
}
