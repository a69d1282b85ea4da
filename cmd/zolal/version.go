// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/server"
)

func (c *command) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which program this is",
		Example: "  zolal version --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b := server.ThisBuild()
			if c.json {
				c.printJSON(c.out, b)
				return nil
			}
			changed := ""
			if b.Changed {
				changed = ", changed since"
			}
			c.say("zolal %s (commit %s%s, %s, %s/%s)", b.Version, b.Commit, changed, b.Go, b.OS, b.Arch)
			return nil
		},
	}
}
