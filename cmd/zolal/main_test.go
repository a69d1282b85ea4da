// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the command itself: scripts and tests run it as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"zolal": main, "hold": hold})
}

// hold is another program that has a database open for itself alone: it takes the lock that SQLite asks for,
// says so, and keeps it until its input ends.
func hold() {
	f, err := os.OpenFile(os.Args[1], os.O_RDWR, 0)
	if err == nil {
		// The pending byte and the shared range behind it, as SQLite lays them out.
		lock := syscall.Flock_t{Type: syscall.F_WRLCK, Start: 0x40000000, Len: 512}
		err = syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &lock)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test closes it
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
