// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the command itself: scripts and tests run it as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"zolal": main})
}

func TestCommandsDoWhatTheirScriptsSay(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: false,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"helps": helps,
		},
		Setup: func(e *testscript.Env) error {
			for _, kv := range os.Environ() {
				if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "ZOLAL_") {
					e.Setenv(name, "")
				}
			}
			return nil
		},
	})
}

// exits runs a command that must end with a code: exits 2 zolal …
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND …")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("%s exits with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// helps checks the help of a command: it says how to use it and gives an example.
func helps(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(ts.Exec("zolal", slices.Concat(args, []string{"--help"})...))
	out := ts.ReadFile("stdout")
	usage := "Usage:\n  zolal " + strings.Join(args, " ")
	for _, want := range []string{usage, "Examples:\n  ", "--json", "--data"} {
		if !strings.Contains(out, want) {
			ts.Fatalf("the help of %v lacks %q", args, want)
		}
	}
}
