// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// versionBefore builds the newest version in the history of this tree that had an older schema of the store:
// the one that an upgrade comes from, and that whoever goes back installs again. Without a history, as in a
// shallow checkout, the test is left out; what it stands on is shown from the dumps of past schemas by
// TestEveryPastSchemaIsBroughtUpToDate and TestBeforeAnUpgradeTheStoreCanBeKeptAsItWas of the store.
func versionBefore(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds another version")
	}
	git := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), "git", args...).Output()
		if err != nil {
			t.Skipf("no history to build the version before from: git %s: %v", args[0], err)
		}
		return strings.TrimSpace(string(out))
	}
	top := git("rev-parse", "--show-toplevel")
	schema := func(commit string) int {
		const store = "internal/store/sqlite/"
		files := git("-C", top, "ls-tree", "--name-only", commit, store+"migrations/")
		code := git("-C", top, "show", commit+":"+store+"migrate.go")
		return strings.Count(files, ".sql") + strings.Count(code, "goose.NewGoMigration(")
	}
	now := schema("HEAD")
	commits := git("-C", top, "log", "--format=%H", "--", "internal/store/sqlite")
	for _, commit := range strings.Fields(commits) {
		// The newest commit whose parent is older: that parent is the last of its version.
		before := commit + "^"
		if exec.CommandContext(t.Context(), "git", "-C", top, "cat-file", "-e",
			before+":internal/store/sqlite/migrate.go").Run() != nil {
			break
		}
		if schema(before) < now {
			return buildOf(t, top, before)
		}
	}
	t.Skip("the history holds no version with an older schema")
	return ""
}

// buildOf builds the command of a commit.
func buildOf(t *testing.T, top, commit string) string {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(t.TempDir(), "zolal-before")
	script := `git -C "$1" archive "$2" | tar -x -C "$3" && cd "$3" &&
		go build -buildvcs=false -o "$4" ./cmd/zolal`
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script, "sh", top, commit, dir, name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", commit, err, out)
	}
	return name
}

func TestAnUpgradeFromTheVersionBeforeAndTheWayBackLoseNothing(t *testing.T) {
	before := versionBefore(t)
	dir := t.TempDir()
	start := func(name string) *process {
		p := &process{t: t, name: name, dir: dir, args: []string{"serve", "--json", "--data", dir,
			"--listen", "127.0.0.1:0", "--signup", "open"}}
		p.start()
		t.Cleanup(p.kill)
		return p
	}
	stop := func(p *process) {
		t.Helper()
		if code := p.signal(syscall.SIGTERM); code != 0 {
			t.Fatalf("exit code %d\n%s", code, p.log())
		}
	}
	p := start(before)
	sara, reza := p.signUp("sara_first"), p.signUp("reza_second")
	chat := sara.chatWith(reza)
	said := lines("before the upgrade", 10)
	for _, text := range said {
		sara.say(chat, text)
	}
	stop(p)

	p = start("zolal")
	if !strings.Contains(p.log(), "making a backup before the store is upgraded") {
		t.Errorf("the upgrade says nothing of a backup:\n%s", p.log())
	}
	sara, reza = p.dial(sara.session), p.dial(reza.session)
	reza.say(chat, "after it")
	if got := sara.texts(chat); !slices.Equal(got, append(slices.Clone(said), "after it")) {
		t.Errorf("after the upgrade there are %q", got)
	}
	stop(p)
	mustRun(t, "fsck", "--rebuild", "--data", dir)

	_, errs, code := programRun(t, before, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	if code != 1 || !strings.Contains(errs, "a newer Zolal wrote the store") ||
		!strings.Contains(errs, "backup") {
		t.Errorf("the version before, on the newer store: exit %d\n%s", code, errs)
	}
	kept, err := filepath.Glob(filepath.Join(dir, "backups", "before-upgrade-*.tar.zst"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("backups of before the upgrade: %q, %v", kept, err)
	}
	if out, errs, code := programRun(t, before, "restore", kept[0], "--data", dir, "--force"); code != 0 {
		t.Fatalf("restore by the version before: exit %d\n%s%s", code, out, errs)
	}
	p = start(before)
	sara, reza = p.dial(sara.session), p.dial(reza.session)
	said = append(said, "with the version before again")
	sara.say(chat, said[len(said)-1])
	if got := reza.texts(chat); !slices.Equal(got, said) {
		t.Errorf("on the way back there are %q", got)
	}
	stop(p)

	p = start("zolal")
	sara = p.dial(sara.session)
	if got := sara.texts(chat); !slices.Equal(got, said) {
		t.Errorf("after the second upgrade there are %q", got)
	}
	stop(p)
	mustRun(t, "fsck", "--rebuild", "--data", dir)
}
