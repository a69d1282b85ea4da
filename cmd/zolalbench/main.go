// SPDX-License-Identifier: AGPL-3.0-or-later

// Command zolalbench loads a server and verifies what it measures: every delivery is counted and compared
// with what was acknowledged, so that a fast wrong answer is a failure. It speaks to the server through
// the public client only.
//
// Unless --server is given it starts a server of its own from a binary, on loopback, and counts that
// process's CPU time and memory alone.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// errWrong is returned by a run that finished and found the server's answers wrong.
var errWrong = errors.New("verification failed")

// settings are what all benches share.
type settings struct {
	binary  string
	server  string
	data    string
	tokens  string
	json    bool
	stored  int
	profile string
	tls     bool
	more    []string // settings of the started server that one bench needs
}

func main() {
	ctx, stop := signal.NotifyContext(bg(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "zolalbench:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	s := &settings{}
	root := &cobra.Command{
		Use:           "zolalbench",
		Short:         "load a Zolal server and verify every delivery",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	f := root.PersistentFlags()
	f.StringVar(&s.binary, "binary", "bin/zolal", "server to start")
	f.StringVar(&s.server, "server", "", "address of a server that runs already; needs --tokens")
	f.StringVar(&s.data, "data", "", "data directory of the started server; a temporary one where empty")
	f.StringVar(&s.tokens, "tokens", "", "file with an account number and a token on each line")
	f.BoolVar(&s.json, "json", false, "print one JSON object")
	f.IntVar(&s.stored, "stored", 0, "messages to import before measuring, unless --data has as many already")
	f.BoolVar(&s.tls, "tls", false, "serve and connect with TLS, by an authority of the server's own")
	f.StringVar(&s.profile, "profile", "", "file for a CPU profile of the server, taken while measuring")
	root.AddCommand(idleCommand(s), fanoutCommand(s), sendCommand(s), burstCommand(s), stormCommand(s),
		syncCommand(s), importCommand(s), crashCommand(s), pushCommand(s), mediaCommand(s),
		fileCommand(s))
	return root
}

// report prints a result for people or for machines.
func (s *settings) report(result any) error {
	out := json.NewEncoder(os.Stdout)
	if !s.json {
		out.SetIndent("", "  ")
	}
	if err := out.Encode(result); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
