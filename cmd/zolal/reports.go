// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/server"
)

func (c *command) reports() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reports",
		Short: "List reports of abuse, look at one, decide",
		Long: "Works on what people reported to the operator. Looking at a report tells those whose messages it\n" +
			"shows, and every decision tells the one it is about, with its reason and how to appeal.",
		Example: "  zolal reports list\n  zolal reports show 12\n" +
			"  zolal reports decide 12 --act warn --reason abuse",
		Args: cobra.NoArgs,
		RunE: needSubcommand,
	}
	cmd.AddCommand(c.reportsList(), c.reportsShow(), c.reportsDecide(), c.reportsReasons())
	return cmd
}

func (c *command) reportsList() *cobra.Command {
	var closed bool
	var limit int
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List open reports and appeals; no message is shown",
		Example: "  zolal reports list\n  zolal reports list --closed --json | jq '.reports[].reason'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 {
				return usagef("--limit is at least 1")
			}
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				all := server.ReportList{Reports: []server.ReportLine{}}
				q := server.ListReports{Closed: closed}
				for len(all.Reports) < limit {
					q.Limit = min(200, limit-len(all.Reports))
					part, err := console.Reports(cmd.Context(), q)
					if err != nil {
						return err
					}
					all.Reports, all.Appeals = append(all.Reports, part.Reports...), part.Appeals
					if len(part.Reports) < q.Limit {
						break
					}
					q.Before = part.Reports[len(part.Reports)-1].Report
				}
				c.showReports(all)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&closed, "closed", false, "closed reports instead of open ones")
	cmd.Flags().IntVar(&limit, "limit", 200, "at most this many")
	return cmd
}

func (c *command) showReports(l server.ReportList) {
	if c.json {
		c.printJSON(c.out, l)
		return
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "REPORT\tDAY\tABOUT\tREASON\tBY\tDECISION")
	for _, r := range l.Reports {
		decision := "open"
		if r.Closed != 0 {
			decision = strconv.Itoa(int(r.Decision))
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", r.Report, day(r.At), aboutOf(r), r.Reason, r.Reporter, decision)
	}
	for _, d := range l.Appeals {
		fmt.Fprintf(w, "appeal against decision %d (%s, %s) by %s: %s\n",
			d.Decision, d.Act, d.Reason, d.Username, oneLine(d.Appeal))
	}
	_ = w.Flush() // a closed terminal: there is nobody to tell
}

// aboutOf says in a few words what a report is about.
func aboutOf(r server.ReportLine) string {
	var words []string
	if r.Account != 0 {
		words = append(words, cmp.Or(r.Username, fmt.Sprintf("account %d", r.Account)))
	}
	if r.Chat != 0 {
		words = append(words, "in "+cmp.Or(oneLine(r.Title), fmt.Sprintf("private chat %d", r.Chat)))
	}
	return strings.Join(words, " ")
}

// oneLine keeps what others wrote on one line, without what a terminal would obey.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return ' '
		}
		return r
	}, text)
}

func (c *command) reportsShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show one report with the messages it reveals, and tell who wrote them",
		Example: "  zolal reports show 12",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := numberOf(args[0])
			if err != nil {
				return err
			}
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				r, err := console.Report(cmd.Context(), server.ShowReport{Report: id})
				if err != nil {
					return err
				}
				c.showReport(r)
				return nil
			})
		},
	}
}

func (c *command) showReport(r server.ReportDetail) {
	if c.json {
		c.printJSON(c.out, r)
		return
	}
	fmt.Fprintf(c.out, "report %d of %s about %s: %s\n", r.Report, day(r.At), aboutOf(r.ReportLine), r.Reason)
	fmt.Fprintf(c.out, "by %s, of whose %d reports %d led to nothing\n", r.Reporter, r.Total, r.Dismissed)
	if r.Comment != "" {
		fmt.Fprintf(c.out, "comment: %s\n", oneLine(r.Comment))
	}
	if r.Erased {
		fmt.Fprintln(c.out, "what it revealed was erased, since it was closed long ago")
	}
	for _, m := range r.Messages {
		fmt.Fprintf(c.out, "  %d %s %s: %s\n", m.Seq, day(m.At), cmp.Or(m.Author, "the channel"), oneLine(m.Text))
	}
	for _, o := range r.Others {
		fmt.Fprintf(c.out, "report %d is about the same; give both numbers to decide them together\n", o)
	}
	for _, d := range r.Decisions {
		state := ""
		if d.Reversed != 0 {
			state = ", taken back"
		}
		what := d.Act
		if d.Name != "" {
			what += " of the public name @" + d.Name
		}
		fmt.Fprintf(c.out, "earlier: decision %d of %s, %s for %s%s\n",
			d.Decision, day(d.At), what, d.Reason, state)
	}
	if r.Closed != 0 {
		fmt.Fprintf(c.out, "closed by decision %d\n", r.Decision)
	}
}

func numberOf(word string) (chat.Seq, error) {
	n, err := strconv.ParseUint(word, 10, 32)
	if err != nil || n == 0 {
		return 0, usagef("%q is no number of a report", word)
	}
	return chat.Seq(n), nil
}

// judgeActs are the acts of the command line.
func judgeActs() []string {
	return []string{"dismiss", "warn", "limit", "suspend", "take-down", "reverse", "uphold"}
}

func (c *command) reportsDecide() *cobra.Command {
	q := server.DecideReport{}
	var messages []uint
	cmd := &cobra.Command{
		Use:   "decide ID [ID …] --act ACT --reason CODE",
		Short: "Decide reports, or take a decision back",
		Long: "Decides one report, or several about the same together. The acts:\n\n" +
			"  dismiss    the report led to nothing\n" +
			"  warn       tell the account\n" +
			"  limit      it may reach nobody new and not write in public groups, for --days\n" +
			"  suspend    end its sessions and refuse new ones\n" +
			"  take-down  delete the reported messages of a public chat, or take its public name away;\n" +
			"             with --photo the photo of the person or public chat that is reported\n" +
			"  reverse    take back the decision ID; a limit or suspension ends, a public name comes back\n" +
			"  uphold     refuse the appeal against the decision ID\n\n" +
			"The account is the one that was reported, or who owns the chat, unless --on names another of those\n" +
			"concerned. `zolal reports reasons` lists the codes.",
		Example: "  zolal reports decide 12 --act warn --reason abuse\n" +
			"  zolal reports decide 12 15 --act limit --days 7 --reason spam\n" +
			"  zolal reports decide 16 --act reverse",
		Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().StringVar(&q.Act, "act", "", strings.Join(judgeActs(), ", "))
	cmd.Flags().StringVar(&q.Reason, "reason", "", "public reason code")
	cmd.Flags().StringVar(&q.On, "on", "", "username of another one concerned")
	cmd.Flags().IntVar(&q.Days, "days", 7, "for how long to limit")
	cmd.Flags().BoolVar(&q.Photo, "photo", false, "take down the photo that everybody sees")
	cmd.Flags().UintSliceVar(&messages, "messages", nil, "messages to take down (default: all reported)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := readDecision(&q, args, messages); err != nil {
			return err
		}
		return c.reach(cmd.Context(), false, func(console *server.Console) error {
			done, err := console.Decide(cmd.Context(), q)
			if err != nil {
				return err
			}
			if c.json {
				c.printJSON(c.out, done)
			} else {
				fmt.Fprintf(c.out, "decision %d: %s\n", done.Decision, q.Act)
			}
			return nil
		})
	}
	return cmd
}

// readDecision reads what a command line decides.
func readDecision(q *server.DecideReport, args []string, messages []uint) error {
	over := q.Act == "reverse" || q.Act == "uphold"
	switch {
	case !slices.Contains(judgeActs(), q.Act):
		return usagef("give --act: %s", strings.Join(judgeActs(), ", "))
	case over && len(args) != 1:
		return usagef("name the one decision to %s", q.Act)
	case !over && q.Act != "dismiss" && !slices.Contains(server.DecisionReasons(), q.Reason):
		return usagef("give --reason: %s", strings.Join(server.DecisionReasons(), ", "))
	case q.Act == "limit" && (q.Days < 1 || q.Days > 365):
		return usagef("--days is between 1 and 365")
	case q.Photo && (q.Act != "take-down" || len(messages) > 0):
		return usagef("--photo goes with --act take-down, and without --messages")
	}
	for _, word := range args {
		id, err := numberOf(word)
		if err != nil {
			return err
		}
		q.Reports = append(q.Reports, id)
	}
	if over {
		q.Decision, q.Reports = q.Reports[0], nil
	}
	for _, m := range messages {
		q.Messages = append(q.Messages, chat.Seq(m))
	}
	return nil
}

func (c *command) reportsReasons() *cobra.Command {
	return &cobra.Command{
		Use:     "reasons",
		Short:   "List the public reason codes",
		Example: "  zolal reports reasons",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if c.json {
				c.printJSON(c.out, map[string]any{"reasons": chat.Causes()})
				return nil
			}
			w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "CODE\tFOR\tMEANING")
			for _, r := range chat.Causes() {
				uses := "reports, decisions"
				switch {
				case !r.Decision:
					uses = "reports"
				case !r.Report:
					uses = "decisions"
				}
				fmt.Fprintf(w, "%s\t%s\t%s · %s\n", r.Code, uses, r.English, r.Persian)
			}
			_ = w.Flush() // a closed terminal: there is nobody to tell
			return nil
		},
	}
}
