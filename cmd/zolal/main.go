// SPDX-License-Identifier: AGPL-3.0-or-later

// Command zolal is the server and everything its operator does at a terminal.
//
// Every command exits with 0 on success, 1 on failure and 2 on wrong usage; an error names what can be done
// about it. With --json answers and errors are for machines. Commands that work on a data directory talk to
// the server that holds it, and open it themselves only where none does.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/server"
)

// Exit codes.
const (
	exitOK = iota
	exitFailure
	exitUsage
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// terminal is where a command reads and writes.
type terminal struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// command is what all commands share: the terminal and the flags of the root.
type command struct {
	terminal
	data string
	json bool
	ran  bool // arguments and flags were understood
}

// usageError is wrong usage that only the command itself can see.
type usageError struct{ error }

// usagef makes a usageError.
func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run carries out one command line.
func run(ctx context.Context, args []string, t terminal) int {
	c := &command{terminal: t, json: wantsJSON(args)}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(t.in)
	root.SetOut(t.out)
	root.SetErr(t.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var wrong usageError
	var bad *server.BadConfigError
	usage := errors.As(err, &wrong) || !c.ran || errors.As(err, &bad) && bad.Usage
	c.fail(err, usage)
	if usage {
		return exitUsage
	}
	return exitFailure
}

// wantsJSON reports whether a command line asks for JSON, also one that cannot be understood otherwise.
func wantsJSON(args []string) bool {
	for _, a := range args {
		switch a {
		case "--json", "--json=true":
			return true
		case "--":
			return false
		}
	}
	return false
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "zolal",
		Short: "A messenger that anyone can run",
		Long: "Zolal is a messenger server with its web app in one binary. `zolal serve` starts it; the other\n" +
			"commands work on its data directory, whether it runs or not.",
		Example:       "  zolal serve\n  zolal user add parvaneh --data ./zolal-data",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          needSubcommand,
		PersistentPreRun: func(*cobra.Command, []string) {
			c.ran = true
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().StringVar(&c.data, "data", "", "data directory (default ./zolal-data)")
	root.PersistentFlags().BoolVar(&c.json, "json", c.json, "answer in JSON")
	root.AddCommand(c.serve(), c.user(), c.signup(), c.invite(), c.reports(), c.imports())
	root.AddCommand(c.terms(), c.feedback(), c.fsck(), c.backup(), c.restore(), c.status(), c.version())
	return root
}

// needSubcommand is the run of a command that only groups others.
func needSubcommand(cmd *cobra.Command, _ []string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			names = append(names, sub.Name())
		}
	}
	return usagef("say which: %s %s", cmd.CommandPath(), strings.Join(names, " | "))
}

// fail writes an error where people and machines look for it.
func (c *command) fail(err error, usage bool) {
	f := struct {
		Code   string `json:"code,omitempty"`
		Text   string `json:"text"`
		Remedy string `json:"remedy,omitempty"`
	}{Text: err.Error()}
	var coded *chat.Error
	if errors.As(err, &coded) {
		f.Code, f.Remedy = coded.Code.String(), remedyOf(coded.Code)
	}
	var t *server.Trouble
	if errors.As(err, &t) {
		f.Text, f.Remedy = strings.TrimSuffix(t.Error(), "\n  "+t.Remedy), t.Remedy
	}
	var bad *server.BadConfigError
	if errors.As(err, &bad) {
		f.Remedy = "Correct it there; `zolal serve --help` lists every setting."
	}
	if usage {
		f.Remedy = "--help shows how the command is used."
	}
	if c.json {
		c.printJSON(c.err, map[string]any{"error": f})
		return
	}
	fmt.Fprintln(c.err, "zolal: "+f.Text)
	if f.Remedy != "" {
		fmt.Fprintln(c.err, "  "+f.Remedy)
	}
}

// remedyOf says what to do about an error that the server answers a command with: at a terminal that may be
// something else than in an app.
func remedyOf(code chat.Code) string {
	here := map[chat.Code]string{
		chat.CodeNameTaken:      "Choose another username.",
		chat.CodeNameConfusable: "Choose a username that nobody can mistake for another.",
		chat.CodeNameResting:    "Choose another username: for 30 days only who gave it up may take it back.",
		chat.CodeNameInvalid:    "A username has 5 to 32 letters a–z, digits and underscores, a letter first.",
		chat.CodePasswordWeak:   "Give a longer password, or leave --password-stdin out to get one made.",
		chat.CodeNotFound:       "`zolal user list` shows who is there.",
		chat.CodeDiskFull:       "Free space on the disk of the data directory. Nothing was lost.",
		chat.CodeReadOnly:       "Make the disk of the data directory writable again. Nothing was lost.",
		chat.CodeUnavailable:    "The server is busy or stops; run the command again.",
		chat.CodeInternal:       "The server's log tells more.",
	}[code]
	return cmp.Or(here, server.Remedy(code))
}

// printJSON writes one JSON object on one line.
func (c *command) printJSON(w io.Writer, v any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // a closed terminal: there is nobody to tell
}

// flags are the settings given on the command line of every command.
func (c *command) flags() map[string]string {
	given := map[string]string{}
	if c.data != "" {
		given["data"] = c.data
	}
	return given
}

// reach talks to the data directory, and gives it back in the end.
func (c *command) reach(ctx context.Context, create bool, do func(*server.Console) error) error {
	cfg, _, err := server.Load(server.Sources{Flags: c.flags(), Env: os.Environ(), Kept: true})
	if err != nil {
		return err
	}
	cfg.Log = c.warnings()
	console, err := server.Reach(ctx, cfg, create)
	if err != nil {
		return err
	}
	return errors.Join(do(console), console.Close())
}
