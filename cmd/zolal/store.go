// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/server"
)

func (c *command) fsck() *cobra.Command {
	var rebuild bool
	cmd := &cobra.Command{
		Use:   "fsck",
		Short: "Check the store, or make its projections again",
		Long: "Checks the store and prints what is wrong, one line each; exits with 1 if anything is. With\n" +
			"--rebuild it drops every projection first and makes it again from the entries; the server must be\n" +
			"stopped then.",
		Example: "  zolal fsck --data /var/lib/zolal\n  zolal fsck --rebuild",
		Args:    cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&rebuild, "rebuild", false, "make every projection again from the entries")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.reach(cmd.Context(), false, func(console *server.Console) error {
			report, err := console.Fsck(cmd.Context(), server.Fsck{Rebuild: rebuild})
			if err != nil {
				return err
			}
			if c.json {
				c.printJSON(c.out, report)
			}
			for _, p := range report.Mended {
				c.say("mended: %s", p)
			}
			if n := len(report.Problems); n > 0 {
				for _, p := range report.Problems {
					c.say("%s", p)
				}
				return &server.Trouble{What: fmt.Sprintf("the store has %d problems", n),
					Remedy: "Keep a copy of the data directory. `zolal fsck --rebuild` mends projections; what is wrong " +
						"with entries needs a backup (zolal restore)."}
			}
			if report.Rebuilt {
				c.say("every projection was made again")
			}
			c.say("the store is sound")
			return nil
		})
	}
	return cmd
}

// say writes a line for people.
func (c *command) say(format string, args ...any) {
	if !c.json {
		fmt.Fprintf(c.out, format+"\n", args...)
	}
}

func (c *command) backup() *cobra.Command {
	var status bool
	cmd := &cobra.Command{
		Use:   "backup OUT",
		Short: "Write a backup while the server runs",
		Long: "Writes what a bare machine needs: store, keys and settings into one file OUT, and photos, videos\n" +
			"and files into the directory media beside it; keep both together. Where OUT is a directory, or\n" +
			"ends with a slash, the file gets a name of its own there. Media in a bucket of S3 stay there.\n" +
			"A running server goes on meanwhile. A server makes backups by itself every night, into the\n" +
			"directory backups of its data; --status tells of the newest.",
		Example: "  zolal backup /mnt/usb/zolal.tar.zst --data /var/lib/zolal\n" +
			"  zolal backup /mnt/usb/backups/ --data /var/lib/zolal\n  zolal backup --status",
		Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().BoolVar(&status, "status", false, "tell of the nightly backups")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if status == (len(args) == 1) || !status && args[0] == "" {
			return usagef("name the file to write, or say --status")
		}
		if status {
			return c.backupStatus(cmd)
		}
		out, err := filepath.Abs(args[0])
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		return c.reach(cmd.Context(), false, func(console *server.Console) error {
			made, err := console.Backup(cmd.Context(), server.BackupNow{Out: out,
				Directory: os.IsPathSeparator(args[0][len(args[0])-1])})
			if err != nil {
				return err
			}
			if c.json {
				c.printJSON(c.out, made)
			}
			c.say("%s: %d bytes in %.1f s", made.File, made.Bytes, made.Seconds)
			switch {
			case made.Bucket != "":
				c.say("%d photos, videos and files stay in %s: keep that as you keep the backup", made.Contents,
					made.Bucket)
			case made.Contents > 0:
				c.say("%d photos, videos and files are beside it in %s: keep both together", made.Contents,
					filepath.Join(filepath.Dir(made.File), "media"))
			}
			if made.MissingContents > 0 {
				c.say("%d are missing; zolal fsck names them", made.MissingContents)
			}
			for _, setting := range made.Missing {
				c.say("it lacks the file of %s, which cannot be read; keep a copy of that yourself", setting)
			}
			return nil
		})
	}
	return cmd
}

func (c *command) backupStatus(cmd *cobra.Command) error {
	return c.reach(cmd.Context(), false, func(console *server.Console) error {
		s, err := console.BackupStatus(cmd.Context())
		switch {
		case err != nil:
			return err
		case c.json:
			c.printJSON(c.out, s)
		case s.Count == 0:
			c.say("no nightly backup yet in %s", s.Dir)
		default:
			age := (time.Duration(s.AgeSeconds) * time.Second).Round(time.Minute)
			c.say("%s is %s old; %d backups, %d bytes in %s", s.Newest, age, s.Count, s.Bytes, s.Dir)
		}
		return nil
	})
}

func (c *command) restore() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "restore IN",
		Short: "Put a backup into an empty data directory",
		Long: "Puts a backup into a data directory, after verifying it. A directory with content is refused;\n" +
			"with --force its content is moved aside, not deleted. The store begins a new life: clients notice,\n" +
			"and offer again what only they have.",
		Example: "  zolal restore zolal.tar.zst --data /var/lib/zolal",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().BoolVar(&force, "force", false, "move aside what is in the directory")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		cfg, _, err := server.Load(server.Sources{Flags: c.flags(), Env: os.Environ()})
		if err != nil {
			return err
		}
		cfg.Log = c.warnings()
		r, err := server.Restore(cmd.Context(), args[0], cfg, force)
		if err != nil {
			return err
		}
		if c.json {
			c.printJSON(c.out, r)
		}
		c.say("restored the backup of %s into %s", r.Made.Local().Format(time.DateTime), r.Data)
		if r.Before != "" {
			c.say("what was there is in %s", r.Before)
		}
		if r.Bucket != "" {
			c.say("photos, videos and files are in %s; zolal fsck tells whether all are", r.Bucket)
		}
		if r.Config != "" {
			c.say("the settings of the backup are in %s and are used unless --config names others", r.Config)
		}
		if r.Keys != "" {
			c.say("the certificate of the backup is in use; whoever renews it must write to %s", r.Keys)
		}
		if r.MissingContents > 0 {
			c.say("%d photos, videos or files are neither beside the backup nor here", r.MissingContents)
		}
		for _, setting := range r.Missing {
			c.say("the file of %s is neither in the backup nor here; put it where %s says", setting, r.Config)
		}
		return nil
	}
	return cmd
}
