// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zolal-im/zolal/internal/server"
)

func (c *command) serve() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: "Runs the server until it is told to stop (SIGTERM or Ctrl-C). A store without an operator prints\n" +
			"a one-time set-up link: who opens it first becomes the operator.\n\n" +
			"Every setting can be given as a flag, in the environment (ZOLAL_LISTEN, ZOLAL_TLS_CERT …) or in the\n" +
			"file of --config (listen, tls.cert …); a flag goes before the environment, the environment before the\n" +
			"file. Without --config the file zolal.toml in the data directory is read, if it is there.",
		Example: "  zolal serve\n" +
			"  zolal serve --data /var/lib/zolal --domain chat.example.org --public\n" +
			"  zolal serve --listen 192.168.1.5:8443 --tls-local 192.168.1.5",
		Args: cobra.NoArgs,
	}
	addSettings(cmd.Flags())
	cmd.Flags().StringVar(&file, "config", "", "configuration file (TOML)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, strange, err := server.Load(server.Sources{Flags: c.given(cmd.Flags()), Env: os.Environ(), File: file})
		if err != nil {
			return err
		}
		cfg.Log = c.logger(cfg)
		for _, name := range strange {
			cfg.Log.Warn("this variable of the environment is no setting", "name", name)
		}
		return c.runServer(cmd.Context(), cfg)
	}
	return cmd
}

// addSettings makes a flag of every setting but those that every command has.
func addSettings(flags *pflag.FlagSet) {
	for _, s := range server.Settings() {
		if s.Key == "data" {
			continue
		}
		help := s.Help
		if s.Default != "" {
			help += " (default " + s.Default + ")"
		}
		if s.Bool {
			flags.Bool(s.Flag(), false, help)
		} else {
			flags.String(s.Flag(), "", help)
		}
	}
}

// given are the settings that stand on the command line.
func (c *command) given(flags *pflag.FlagSet) map[string]string {
	given := c.flags()
	for _, s := range server.Settings() {
		if f := flags.Lookup(s.Flag()); f != nil && f.Changed {
			given[s.Key] = f.Value.String()
		}
	}
	return given
}

func (c *command) logger(cfg server.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogJSON {
		return slog.New(slog.NewJSONHandler(c.err, o))
	}
	return slog.New(slog.NewTextHandler(c.err, o))
}

// warnings is the log of a command that opens the store itself, such as how far an upgrade is.
func (c *command) warnings() *slog.Logger {
	return c.logger(server.Config{LogLevel: slog.LevelWarn, LogJSON: c.json})
}

// runServer serves until ctx ends or a listener breaks. A second signal ends the process at once, which
// loses nothing that was acknowledged.
func (c *command) runServer(ctx context.Context, cfg server.Config) error {
	s, err := server.Start(ctx, cfg)
	if err != nil {
		return err
	}
	c.greet(s)
	// Whoever waits for the start, such as `systemctl restart`, may ask the server from here on.
	if err := tellSupervisor("READY=1"); err != nil {
		cfg.Log.Warn("the supervisor was not told that the server is ready", "err", err)
	}
	var broken error
	select {
	case <-ctx.Done():
	case broken = <-s.Failed():
	}
	_ = tellSupervisor("STOPPING=1") // it sees the end in any case
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(again)
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop(context.WithoutCancel(ctx)) }()
	select {
	case err := <-stopped:
		if broken != nil {
			return fmt.Errorf("a listener broke: %w", broken)
		}
		return err
	case <-again:
		os.Exit(exitFailure)
		return nil
	}
}

// greet tells where the server is and how it is set up.
func (c *command) greet(s *server.Server) {
	if c.json {
		c.printJSON(c.out, map[string]any{
			"url": s.URL(), "address": s.Addr(), "setup": s.SetupLink(), "version": server.ThisBuild().Version,
			"pid": os.Getpid(),
		})
		return
	}
	fmt.Fprintf(c.out, "Zolal %s serves %s\n", server.ThisBuild().Version, s.URL())
	if link := s.SetupLink(); link != "" {
		fmt.Fprintf(c.out, "It has no operator yet. Who opens this link first becomes the operator:\n  %s\n", link)
	}
}
