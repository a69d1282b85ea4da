// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/server"
)

func (c *command) signupWaiting() *cobra.Command {
	return &cobra.Command{
		Use:     "waiting",
		Short:   "List the newcomers who wait until you approve them",
		Example: "  zolal signup waiting --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				list, err := console.Newcomers(cmd.Context())
				if err != nil {
					return err
				}
				if c.json {
					c.printJSON(c.out, list)
					return nil
				}
				if len(list.Newcomers) == 0 {
					fmt.Fprintln(c.out, "nobody waits")
					return nil
				}
				w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "USERNAME\tNAME\tASKED\tUNTIL\tSTATE\tNOTE")
				for _, n := range list.Newcomers {
					state := map[bool]string{false: "waits", true: "refused"}[n.Refused]
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", n.Username, n.Name, day(n.Asked), day(n.Expires),
						state, n.Note)
				}
				_ = w.Flush() // a closed terminal: there is nobody to tell
				return nil
			})
		},
	}
}

func (c *command) signupDecide(yes bool) *cobra.Command {
	use, short, done := "refuse", "Refuse newcomers, who are told so; approve lets them in after all", "refused"
	if yes {
		use, short, done = "approve", "Let newcomers in who wait, or whom you refused", "let in"
	}
	return &cobra.Command{
		Use:     use + " NAME…",
		Short:   short,
		Example: "  zolal signup " + use + " parvaneh",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				for i, name := range names {
					name = strings.TrimPrefix(name, "@")
					names[i] = name
					err := console.DecideNewcomer(cmd.Context(), server.DecideNewcomer{Username: name, Accept: yes})
					if err != nil {
						return newcomerTrouble(name, err)
					}
					if !c.json {
						fmt.Fprintf(c.out, "%s: %s\n", name, done)
					}
				}
				if c.json {
					c.printJSON(c.out, map[string]any{"newcomers": names, "accepted": yes})
				}
				return nil
			})
		},
	}
}

func newcomerTrouble(name string, err error) error {
	switch chat.CodeOf(err) {
	case chat.CodeNotFound:
		return &server.Trouble{What: "nobody waits as " + name, Remedy: "zolal signup waiting shows who does."}
	case chat.CodeNameTaken, chat.CodeNameConfusable:
		return &server.Trouble{What: "somebody took the name " + name + " meanwhile",
			Remedy: "The newcomer is asked for another name where they wait; refuse this one."}
	case chat.CodeNameResting:
		return &server.Trouble{What: "the name " + name + " was given up a short time ago",
			Remedy: "For 30 days it is nobody else's. The newcomer is asked for another name where they wait."}
	}
	return err
}
