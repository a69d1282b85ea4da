// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/server"
)

func (c *command) imports() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "import",
		Short:   "Import the history of a chat from another messenger",
		Example: "  zolal import telegram ChatExport/result.json --as parvaneh --channel my_channel",
		Args:    cobra.NoArgs,
		RunE:    needSubcommand,
	}
	cmd.AddCommand(c.importTelegram())
	return cmd
}

func (c *command) importTelegram() *cobra.Command {
	var q server.ImportTelegram
	var channel, group string
	cmd := &cobra.Command{
		Use:   "telegram PATH --as USER [--channel NAME | --group NAME]",
		Short: "Import one chat that Telegram Desktop exported as JSON",
		Long: "Imports one chat that Telegram Desktop exported as JSON, with its dates, formatting, replies and\n" +
			"numbers, and with the photos, videos, voices and files that lie beside it; names of authors are\n" +
			"labels, never accounts. The chat is made where it does not exist and\n" +
			"belongs to USER. Importing again adds what is new and doubles nothing. A broken file is refused with\n" +
			"line and reason, and nothing of it is imported.\n\n" +
			"--channel and --group give the chat a public name: everybody on the server can then read it.\n" +
			"Without them the export goes where it went before; a new chat is of the export's kind, and gets a\n" +
			"public name, made of the export's number, only where the export was of a public channel or group.",
		Example: "  zolal import telegram ChatExport/result.json --as parvaneh --channel my_channel\n" +
			"  zolal import telegram ChatExport --as parvaneh --group friends --dry-run --json",
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&q.As, "as", "", "username of the owner")
	cmd.Flags().StringVar(&channel, "channel", "", "public name of the channel to import into")
	cmd.Flags().StringVar(&group, "group", "", "public name of the group to import into")
	cmd.Flags().BoolVar(&q.DryRun, "dry-run", false, "read and compare, write nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if q.As == "" {
			return usagef("name the owner with --as USER")
		}
		if channel != "" && group != "" {
			return usagef("--channel and --group exclude each other")
		}
		switch {
		case channel != "":
			q.Name, q.Type = channel, chat.Channel
		case group != "":
			q.Name, q.Type = group, chat.Group
		}
		if err := chat.CheckName(q.Name); err != nil && q.Name != "" {
			return usageError{err}
		}
		var err error
		if q.Path, err = filepath.Abs(args[0]); err != nil {
			return fmt.Errorf("import: %w", err)
		}
		return c.reach(cmd.Context(), false, func(console *server.Console) error {
			bar := c.progress()
			done, err := console.ImportTelegram(cmd.Context(), q, func(p server.ImportProgress) {
				if bar != nil {
					bar.ChangeMax64(p.Total)
					_ = bar.Set64(p.Done) // a bar that cannot be drawn is none
				}
			})
			if bar != nil {
				_ = bar.Finish() // likewise
			}
			if err != nil {
				return err
			}
			c.showImported(done)
			return nil
		})
	}
	return cmd
}

// progress is a bar where people look at a terminal.
func (c *command) progress() *progressbar.ProgressBar {
	f, ok := c.err.(*os.File)
	if !ok || c.json {
		return nil
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return progressbar.NewOptions64(1, progressbar.OptionSetWriter(f), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("importing"), progressbar.OptionClearOnFinish())
}

func (c *command) showImported(d server.Imported) {
	if c.json {
		c.printJSON(c.out, d)
		return
	}
	would := ""
	if d.DryRun {
		would = "would be "
	}
	where := d.Name
	if where == "" {
		where = d.Title + " (private)"
	}
	c.say("%s: %d lines read; %s%d added, %d updated, %d unchanged, %d failed (%.1f s)",
		where, d.Read, would, d.Added, d.Updated, d.Unchanged, d.Failed, d.Seconds)
	if d.Files > 0 {
		c.say("%d photos, videos and other files came with them", d.Files)
	}
	if d.Missing > 0 {
		c.say("%d files are not in the export; their messages say so", d.Missing)
	}
	if d.Linked > 0 {
		c.say("%d replies from before now show what they reply to", d.Linked)
	}
	if d.Vanished > 0 {
		c.say("%d that were imported earlier are not in this export; they stay", d.Vanished)
	}
	for _, kind := range slices.Sorted(maps.Keys(d.UnknownKinds)) {
		n := d.UnknownKinds[kind]
		if field, ok := strings.CutPrefix(kind, "field:"); ok {
			c.say("left out: %s, of %d lines", field, n)
		} else {
			c.say("not shown as there: %s, %d times (its text is kept)", kind, n)
		}
	}
	for _, f := range d.Failures {
		c.say("line %d: %s", f.Number, f.Reason)
	}
}
