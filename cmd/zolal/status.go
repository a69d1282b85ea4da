// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/server"
)

func (c *command) status() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Say how the server is",
		Long: "Says whether the server can do its work and what it warns of, how many are online, how much\n" +
			"it holds and how fast that grows, the room on its disks, the age of its backups, and when its\n" +
			"certificate ends. Where no server runs it says so, and what the store itself knows. Exits with 1\n" +
			"if something keeps the server from its work.",
		Example: "  zolal status --data /var/lib/zolal\n  zolal status --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				s, err := console.Status(cmd.Context())
				if err != nil {
					return err
				}
				if c.json {
					c.printJSON(c.out, s)
				} else if err := writeStatus(c.out, s); err != nil {
					return err
				}
				if s.OK {
					return nil
				}
				return &server.Trouble{What: strings.Join(s.Problems, "; "),
					Remedy: "The lines above say why; docs/operating.md says what to do."}
			})
		},
	}
}

// writeStatus writes a status for people.
func writeStatus(out io.Writer, s server.Status) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(what, format string, args ...any) { fmt.Fprintf(t, what+"\t"+format+"\n", args...) }
	state := "no server runs"
	switch {
	case s.Serving && s.OK:
		state = "ready, up " + span(time.Duration(s.UptimeSeconds)*time.Second)
	case s.Serving:
		state = "not ready, up " + span(time.Duration(s.UptimeSeconds)*time.Second)
	}
	line("server", "%s", state)
	line("version", "%s (commit %s)", s.Version, s.Commit)
	line("accounts", "%d", s.Accounts)
	if s.Serving {
		line("online", "%d, on %d connections", s.Online, s.Connections)
	}
	line("entries", "%d, %.1f a minute", s.Entries, s.EntriesPerMinute)
	line("store", "%s", server.Size(uint64(s.StoreBytes)))
	line("media", "%s", mediaLine(s))
	for _, d := range s.Disks {
		free, total := server.Size(d.FreeBytes), server.Size(d.TotalBytes)
		line("disk", "%s: %s of %s free (%s)", d.What, free, total, d.Path)
	}
	switch {
	case s.Backup == nil:
		line("backups", "none are made: backup.keep is 0")
	case s.Backup.Count == 0:
		line("backups", "none yet (%s)", s.Backup.Dir)
	default:
		line("backups", "%d, the newest %s old (%s)", s.Backup.Count,
			span(time.Duration(s.Backup.AgeSeconds)*time.Second), s.Backup.Dir)
	}
	if !s.CertificateExpires.IsZero() {
		line("certificate", "until %s", s.CertificateExpires.Local().Format(time.DateOnly))
	}
	for _, w := range s.Warnings {
		line("warning", "%s", w)
	}
	for _, d := range append(s.Details, s.Causes...) {
		line("", "%s", d)
	}
	return t.Flush()
}

// span writes a length of time with its two greatest units.
func span(d time.Duration) string {
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	}
	return fmt.Sprintf("%d min", minutes)
}

// mediaLine says what is kept of photos, videos and files, and where.
func mediaLine(s server.Status) string {
	text := fmt.Sprintf("%d contents, %s; %d uploads under way", s.Contents,
		server.Size(uint64(s.MediaBytes)), s.Uploads)
	if s.MediaBucket != "" {
		text += "; in " + s.MediaBucket
	}
	if s.MediaErrors > 0 {
		text += fmt.Sprintf("; %d errors since the start", s.MediaErrors)
	}
	return text
}
