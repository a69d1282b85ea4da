// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/server"
)

func (c *command) feedback() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "feedback",
		Short: "Read what people say about the app, and say what becomes of it",
		Long: "People give feedback in the app, in their own words. Nobody else sees it until you publish it in\n" +
			"yours: then it stands at /feedback with its status and its age. Who gave it is not told.",
		Example: "  zolal feedback list\n  zolal feedback set 12 --status planned --title \"Polls in groups\"",
		Args:    cobra.NoArgs,
		RunE:    needSubcommand,
	}
	cmd.AddCommand(c.feedbackList(), c.feedbackSet())
	return cmd
}

func (c *command) feedbackList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List it, the newest first",
		Example: "  zolal feedback list --data /var/lib/zolal",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				list, err := console.Feedback(cmd.Context())
				if err != nil {
					return err
				}
				if c.json {
					c.printJSON(c.out, list)
				}
				if len(list.Items) == 0 {
					c.say("nobody gave feedback yet")
				}
				for _, i := range list.Items {
					c.say("%d  %s  %s, %s", i.Number, dateOf(time.UnixMilli(int64(i.Given))), i.Category, i.Status)
					for line := range strings.SplitSeq(i.Text, "\n") {
						c.say("    %s", line)
					}
					if from := strings.TrimSpace(i.Version + " " + i.Platform); from != "" {
						c.say("    (%s)", from)
					}
					if i.Title != "" {
						c.say("    published: %s (votes: %d)", i.Title, i.Votes)
					}
				}
				return nil
			})
		},
	}
}

func (c *command) feedbackSet() *cobra.Command {
	var status, title string
	cmd := &cobra.Command{
		Use:   "set NUMBER",
		Short: "Say how feedback stands, and publish it in your words",
		Long: "Sets the status of feedback, and with --title what everybody reads of it at /feedback; an empty\n" +
			"title takes it back. Write the title yourself: what people write may hold what is private.",
		Example: "  zolal feedback set 12 --status done\n  zolal feedback set 12 --title \"Polls in groups\"",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&status, "status", "", strings.Join(server.FeedbackStatuses(), ", "))
	cmd.Flags().StringVar(&title, "title", "", "what is published; empty: nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		number, err := strconv.ParseUint(args[0], 10, 32)
		if err != nil {
			return usagef("%q is not the number of feedback; `zolal feedback list` shows them", args[0])
		}
		if status != "" && !slices.Contains(server.FeedbackStatuses(), status) {
			return usagef("say --status with one of %s", strings.Join(server.FeedbackStatuses(), ", "))
		}
		q := server.SetFeedback{Number: chat.Seq(number), Status: status}
		if cmd.Flags().Changed("title") {
			q.Title = &title
		}
		if status == "" && q.Title == nil {
			return usagef("say --status, --title or both")
		}
		return c.reach(cmd.Context(), false, func(console *server.Console) error {
			if err := console.SetFeedback(cmd.Context(), q); err != nil {
				return err
			}
			if c.json {
				c.printJSON(c.out, struct{}{})
			}
			c.say("done")
			return nil
		})
	}
	return cmd
}
