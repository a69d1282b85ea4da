// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/server"
)

func (c *command) terms() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "terms",
		Short: "Show the terms of use and the rules, or publish others",
		Long: "Everybody reads the terms and the rules of the server at /terms, every version of them, and what\n" +
			"each changed. A change takes effect thirty days after it was published, or at once while nobody but\n" +
			"the operator has an account.",
		Example: "  zolal terms show --language en > terms.en.md\n" +
			"  zolal terms publish terms.fa.md terms.en.md --data /var/lib/zolal",
		Args: cobra.NoArgs,
		RunE: needSubcommand,
	}
	cmd.AddCommand(c.termsList(), c.termsShow(), c.termsPublish())
	return cmd
}

func (c *command) termsList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the versions",
		Example: "  zolal terms list --data /var/lib/zolal",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withTerms(cmd.Context(), func(list server.TermsList) error {
				for i := range list.Versions {
					list.Versions[i].Text = nil
				}
				if c.json {
					c.printJSON(c.out, list)
				}
				for _, v := range list.Versions {
					state := "in force from"
					if v.Version == list.Current {
						state = "in force since"
					}
					c.say("version %d, published on %s, %s %s", v.Version, dateOf(v.Published), state, dateOf(v.Since))
				}
				return nil
			})
		},
	}
}

func (c *command) termsShow() *cobra.Command {
	var language string
	var version int
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Print a version, the one in force unless another is named",
		Example: "  zolal terms show --language en > terms.en.md",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withTerms(cmd.Context(), func(list server.TermsList) error {
				if version == 0 {
					version = list.Current
				}
				if version < 1 || version > len(list.Versions) {
					return usagef("there is no version %d; `zolal terms list` shows which there are", version)
				}
				v := list.Versions[version-1]
				text, ok := v.Text[language]
				if !ok {
					return usagef("say --language fa or --language en")
				}
				if c.json {
					c.printJSON(c.out, v)
					return nil
				}
				fmt.Fprint(c.out, text)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&language, "language", "fa", "fa or en")
	cmd.Flags().IntVar(&version, "version", 0, "which version (default the one in force)")
	return cmd
}

func (c *command) termsPublish() *cobra.Command {
	return &cobra.Command{
		Use:   "publish PERSIAN ENGLISH",
		Short: "Publish another version, from one file for each language",
		Long: "Publishes another version of the terms and rules. Everybody can read it and what it changes at\n" +
			"once; it takes effect in thirty days, or at once while nobody but the operator has an account. The\n" +
			"files are Markdown: headings, paragraphs and lists. Publishing the same text again changes nothing.",
		Example: "  zolal terms publish terms.fa.md terms.en.md --data /var/lib/zolal",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var texts [2]string
			for i, name := range args {
				raw, err := os.ReadFile(name)
				if err != nil {
					remedy := "Check its path."
					if errors.Is(err, fs.ErrPermission) {
						remedy = "Put it where the user of the server may read it, such as in /tmp."
					}
					return &server.Trouble{What: "the text cannot be read", Err: err, Remedy: remedy}
				}
				texts[i] = string(raw)
			}
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				v, err := console.PublishTerms(cmd.Context(), server.PublishTerms{
					Persian: texts[0], English: texts[1]})
				if err != nil {
					return err
				}
				if c.json {
					c.printJSON(c.out, v)
				}
				c.say("version %d takes effect on %s", v.Version, dateOf(v.Since))
				return nil
			})
		},
	}
}

// withTerms fetches every version.
func (c *command) withTerms(ctx context.Context, do func(server.TermsList) error) error {
	return c.reach(ctx, false, func(console *server.Console) error {
		list, err := console.Terms(ctx)
		if err != nil {
			return err
		}
		return do(list)
	})
}

// dateOf writes a day for people.
func dateOf(at time.Time) string { return at.Local().Format(time.DateOnly) }
