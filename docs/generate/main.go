// SPDX-License-Identifier: AGPL-3.0-or-later

// Command generate writes the parts of the documents that the code knows better: the tables of settings, of
// limits, of error codes and of what is stored, and the configuration file of the Debian package. `make
// generate` runs it; a submission in which it would change something fails.
//
// A generated part of a document stands between two comments, as in <!-- settings --> … <!-- /settings -->.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/zolal-im/zolal/internal/server"
	"github.com/zolal-im/zolal/internal/store/sqlite"
	"github.com/zolal-im/zolal/internal/wire"
)

//go:generate go run .

func main() {
	if err := generate("../.."); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// generate writes every generated part below the root of the repository.
func generate(root string) error {
	err := os.WriteFile(root+"/packaging/zolal.toml", []byte(configFile(server.Settings())), 0o644)
	if err != nil {
		return fmt.Errorf("configuration file: %w", err)
	}
	data, err := dataTables()
	if err != nil {
		return fmt.Errorf("what is stored: %w", err)
	}
	protocol := root + "/docs/protocol.md"
	return errors.Join(
		rewrite(root+"/docs/operating.md", "settings", settingsTable(server.Settings())),
		rewrite(root+"/docs/data.md", "beside", server.DataBeside()),
		rewrite(root+"/docs/data.md", "tables", data),
		rewrite(root+"/docs/features.md", "features", featuresTable(server.Features())),
		os.WriteFile(root+"/web/src/model/feature.ts", []byte(featuresCode(server.Features())), 0o644),
		rewrite(protocol, "limits", wire.LimitTable()),
		rewrite(protocol, "errors", wire.ErrorTable()),
	)
}

// dataTables describes a store that is made for it and goes again.
func dataTables() (text string, err error) {
	dir, err := os.MkdirTemp("", "zolal-schema-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return sqlite.DataTables(context.Background(), dir)
}

// rewrite puts a generated part into a document.
func rewrite(name, mark, part string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	done, err := between(string(text), mark, part)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := os.WriteFile(name, []byte(done), 0o644); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	return nil
}

// between replaces what stands between the two comments of a mark.
func between(text, mark, part string) (string, error) {
	open, end := "<!-- "+mark+" -->\n", "<!-- /"+mark+" -->"
	before, rest, found := strings.Cut(text, open)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return "", fmt.Errorf("no %s … %s", strings.TrimSpace(open), end)
	}
	return before + open + "\n" + part + "\n" + end + after, nil
}

func settingsTable(all []server.Setting) string {
	var b strings.Builder
	b.WriteString("| setting | flag | variable | default | what it says |\n|---|---|---|---|---|\n")
	for _, s := range all {
		fmt.Fprintf(&b, "| `%s` | `--%s` | `%s` | %s | %s |\n", s.Key, s.Flag(), s.Env(), s.Default, s.Help)
	}
	return b.String()
}

func featuresTable(all []server.Feature) string {
	var b strings.Builder
	b.WriteString("| feature | mark | code |\n|---|---|---|\n")
	for _, f := range all {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", f.English, f.Mark, f.Code)
	}
	return b.String()
}

// featuresCode is the same list for the app.
func featuresCode(all []server.Feature) string {
	var b strings.Builder
	b.WriteString("// SPDX-License-Identifier: AGPL-3.0-or-later\n// Made by `make generate`; do not edit.\n\n" +
		"export type FeatureMark = 'stable' | 'beta' | 'experimental'\n\n" +
		"/** What people can do, and how far it is. */\nexport const features = {\n")
	for _, f := range all {
		fmt.Fprintf(&b, "  %s: {\n    mark: '%s',\n    en: '%s',\n    fa: '%s',\n  },\n", f.Code, f.Mark, f.English,
			f.Persian)
	}
	b.WriteString("} as const satisfies Record<string, { mark: FeatureMark; en: string; fa: string }>\n")
	return b.String()
}

// configFile is a file with every setting, commented out: what stands in it is what holds without it.
func configFile(all []server.Setting) string {
	var b strings.Builder
	b.WriteString("# Settings of `zolal serve`. A flag goes before a variable of the environment, which goes\n" +
		"# before this file. What is commented out holds as it stands. Made by `make generate`.\n")
	for _, s := range all {
		if !strings.Contains(s.Key, ".") {
			writeSetting(&b, s, s.Key)
		}
	}
	written := map[string]bool{}
	for _, first := range all {
		// The settings of a part may stand apart in the list; a file names each part once.
		table, _, deep := strings.Cut(first.Key, ".")
		if !deep || written[table] {
			continue
		}
		written[table] = true
		fmt.Fprintf(&b, "\n[%s]\n", table)
		for _, s := range all {
			if key, in := strings.CutPrefix(s.Key, table+"."); in {
				writeSetting(&b, s, key)
			}
		}
	}
	return b.String()
}

func writeSetting(b *strings.Builder, s server.Setting, key string) {
	value, note := example(s)
	fmt.Fprintf(b, "\n# %s\n", s.Help)
	if note != "" {
		fmt.Fprintf(b, "# (default: %s)\n", note)
	}
	fmt.Fprintf(b, "# %s = %s\n", key, value)
}

// example is a value to show for a setting, and its default where that is said in words.
func example(s server.Setting) (value, note string) {
	switch {
	case s.Bool:
		return "false", ""
	case strings.Contains(s.Default, " "), s.Default == "none":
		return `""`, s.Default
	}
	return `"` + s.Default + `"`, ""
}
