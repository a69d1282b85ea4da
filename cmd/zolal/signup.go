// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/server"
)

// openEntails is what whoever opens sign-up is told first.
const openEntails = `Open sign-up lets everybody who can reach this server make an account. It means for you:

  - You answer to the public. Say who runs this server and where you are reached: people see the setting
    operator.contact, and the law of your country may ask for more.
  - Spam and abuse come, sooner than one thinks. Somebody has to look every day and act on what people tell;
    zolal user suspend is what you have for it.
  - The store grows with strangers. Watch zolal status; below disk.stop nothing new is taken from anybody.
  - Accounts are made in bulk unless that costs something. Open sign-up therefore asks every device for some
    seconds of computing, which --work sets.

zolal signup invite goes back at once; who is in by then stays in.
`

func (c *command) signup() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "signup",
		Short: "Say who may sign up: nobody, who is invited, or everybody",
		Long: "Says who may sign up. The rules are kept by the server and hold at once; the setting signup is\n" +
			"only how a server begins.",
		Example: "  zolal signup show\n  zolal signup invite --members 5\n  zolal signup open",
		Args:    cobra.NoArgs,
		RunE:    needSubcommand,
	}
	cmd.AddCommand(c.signupWaiting(), c.signupDecide(true), c.signupDecide(false))
	cmd.AddCommand(c.signupShow(), c.signupMode("open", "Let everybody sign up, after saying what that entails"),
		c.signupMode("invite", "Let those sign up who hold an invitation"),
		c.signupMode("closed", "Let nobody sign up, not even by invitation"))
	return cmd
}

func (c *command) signupShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show",
		Short:   "Show who may sign up",
		Example: "  zolal signup show --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				shown, err := console.Signup(cmd.Context())
				if err != nil {
					return err
				}
				if c.json {
					c.printJSON(c.out, shown)
					return nil
				}
				c.showRules(shown.SignupRules)
				if shown.Local && !shown.SignupRules.Local {
					fmt.Fprintln(c.out, "programs on this machine need no invitation")
				}
				return nil
			})
		},
	}
}

func (c *command) showRules(r server.SignupRules) {
	if c.json {
		c.printJSON(c.out, r)
		return
	}
	fmt.Fprintln(c.out, map[string]string{
		"open":   "sign-up is open to everybody",
		"invite": "sign-up is by invitation",
		"closed": "sign-up is closed",
	}[r.Mode])
	if r.Mode == "invite" && r.Local {
		fmt.Fprintln(c.out, "programs on this machine need no invitation")
	}
	if r.Mode == "open" && r.Work > 0 {
		fmt.Fprintf(c.out, "a device has to compute before it signs up: work %d\n", r.Work)
	}
	if r.Mode == "open" && r.Review {
		fmt.Fprintln(c.out, "newcomers wait until you approve them: zolal signup waiting")
	}
	if r.Mode != "closed" && r.Members > 0 {
		fmt.Fprintf(c.out, "a member may let in one person every two days, %d in the end\n", r.Members)
	}
}

func (c *command) signupMode(mode, short string) *cobra.Command {
	var work string
	var members int
	var yes, local, review bool
	example := map[string]string{
		"open":   " --work 40000\n  zolal signup open --review",
		"invite": " --members 5\n  zolal signup invite --local",
	}[mode]
	cmd := &cobra.Command{
		Use:     mode,
		Short:   short,
		Example: "  zolal signup " + mode + example,
		Args:    cobra.NoArgs,
	}
	if mode == "open" {
		cmd.Long = openEntails
		cmd.Flags().StringVar(&work, "work", "", "rounds of each try, or off "+
			fmt.Sprintf("(default %d: some seconds of a telephone)", server.DefaultWork))
		cmd.Flags().BoolVar(&review, "review", false,
			"newcomers wait until you approve them; --review=false: no longer")
		cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	}
	if mode == "invite" {
		cmd.Flags().BoolVar(&local, "local", false,
			"programs on this machine need no invitation, as before the first word; --local=false: they do")
	}
	if mode != "closed" {
		cmd.Flags().IntVar(&members, "members", -1, "how many people each member may let in; 0: none")
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		rounds, err := readWork(work)
		if err != nil {
			return err
		}
		return c.reach(cmd.Context(), false, func(console *server.Console) error {
			now, err := console.Signup(cmd.Context())
			if err != nil {
				return err
			}
			if mode == "open" && now.Mode != "open" && !yes {
				if err := c.agree(openEntails, "open"); err != nil {
					return err
				}
			}
			next := nextRules(now, mode, rounds, members)
			if cmd.Flags().Changed("local") {
				next.Local = &local
			}
			if cmd.Flags().Changed("review") {
				next.Review = &review
			}
			set, err := console.SetSignup(cmd.Context(), next)
			if err == nil {
				c.showRules(set)
			}
			return err
		})
	}
	return cmd
}

// nextRules keeps of the present rules what was not given: work and members below 0. Opening asks for work
// unless it is said that it should not.
func nextRules(now server.SignupShown, mode string, work, members int) server.SetSignup {
	q := server.SetSignup{Version: now.Version, Mode: mode, Work: now.Work, Members: now.Members}
	switch {
	case work >= 0:
		q.Work = uint32(work)
	case mode == "open" && now.Mode != "open":
		q.Work = server.DefaultWork
	}
	if members >= 0 {
		q.Members = uint32(members)
	}
	q.Confirmed = mode == "open"
	return q
}

// readWork reads --work; -1 where it was not given.
func readWork(s string) (int, error) {
	switch s {
	case "":
		return -1, nil
	case "off":
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, usagef("--work takes a number of rounds, or off")
	}
	return n, nil
}

// agree shows what something entails and goes on only where the word is typed.
func (c *command) agree(text, word string) error {
	fmt.Fprintf(c.err, "%s\nType %s to go on: ", text, word)
	line, err := bufio.NewReader(io.LimitReader(c.in, 100)).ReadString('\n')
	if err != nil && line == "" {
		fmt.Fprintln(c.err)
	}
	if strings.TrimSpace(line) != word {
		return &server.Trouble{What: "nothing was changed", Remedy: "Type " + word + " when asked, or give --yes."}
	}
	return nil
}

func (c *command) invite() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "invite",
		Short: "Make, list and revoke links that let people sign up",
		Example: "  zolal invite create --label \"class 3\" --uses 30 --days 14\n  zolal invite list\n" +
			"  zolal invite revoke ID",
		Args: cobra.NoArgs,
		RunE: needSubcommand,
	}
	cmd.AddCommand(c.inviteCreate(), c.inviteList(), c.inviteRevoke())
	return cmd
}

func (c *command) inviteCreate() *cobra.Command {
	var q server.CreateInvite
	var days int
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make a link that lets people sign up, and show it once",
		Long: "Makes a link that lets people sign up. It is shown once: the server keeps only a hash of its\n" +
			"secret part. One person may use it unless --uses says otherwise, for 30 days unless --days does.",
		Example: "  zolal invite create\n  zolal invite create --label \"class 3\" --uses 30 --days 14",
		Args:    cobra.NoArgs,
	}
	cmd.Flags().StringVar(&q.Label, "label", "", "what you call it")
	cmd.Flags().Uint32Var(&q.Uses, "uses", 1, "how many people may sign up by it; 0: any number")
	cmd.Flags().IntVar(&days, "days", 30, "for how many days it is good; 0: for ever")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if days < 0 || days > 10_000 {
			return usagef("--days takes a number from 0 to 10000")
		}
		q.For = chat.Millis((time.Duration(days) * 24 * time.Hour).Milliseconds())
		return c.reach(cmd.Context(), false, func(console *server.Console) error {
			made, err := console.CreateInvite(cmd.Context(), q)
			if err != nil {
				return err
			}
			if c.json {
				c.printJSON(c.out, made)
				return nil
			}
			fmt.Fprintln(c.out, made.Link)
			rules, err := console.Signup(cmd.Context())
			if err == nil && rules.Mode == "closed" {
				fmt.Fprintln(c.err, "Sign-up is closed, so it lets in nobody yet: zolal signup invite")
			}
			return err
		})
	}
	return cmd
}

func (c *command) inviteList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the links that let people sign up, with their counts",
		Example: "  zolal invite list --json | jq -r '.invites[] | select(.over == null) | .id'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				all := []server.Invite{}
				for next := ""; ; {
					part, err := console.Invites(cmd.Context(), server.ListInvites{After: next})
					if err != nil {
						return err
					}
					all = append(all, part.Invites...)
					if next = part.Next; next == "" {
						break
					}
				}
				c.showInvites(all)
				return nil
			})
		},
	}
}

func (c *command) showInvites(list []server.Invite) {
	if c.json {
		c.printJSON(c.out, map[string]any{"invites": list})
		return
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tUSED\tOF\tCREATED\tEXPIRES\tBY\tSTATE\tLABEL")
	for _, i := range list {
		of, by, state := "any", i.By, i.Over
		if i.Uses > 0 {
			of = strconv.Itoa(int(i.Uses))
		}
		if by == "" {
			by = "-"
		}
		if state == "" {
			state = "good"
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", i.ID, i.Used, of, day(i.Created), day(i.Expires), by,
			strings.ReplaceAll(state, "_", " "), i.Label)
	}
	_ = w.Flush() // a closed terminal: there is nobody to tell
}

func (c *command) inviteRevoke() *cobra.Command {
	return &cobra.Command{
		Use:     "revoke ID",
		Short:   "End a link that lets people sign up; who came by it stays",
		Example: "  zolal invite revoke m4xq2tza",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				err := console.RevokeInvite(cmd.Context(), server.RevokeInvite{ID: args[0]})
				if chat.CodeOf(err) == chat.CodeNotFound {
					return &server.Trouble{What: "there is no invitation " + args[0],
						Remedy: "zolal invite list shows them."}
				}
				if err != nil {
					return err
				}
				if c.json {
					c.printJSON(c.out, map[string]any{"id": args[0], "revoked": true})
				} else {
					fmt.Fprintf(c.out, "%s lets in nobody any more\n", args[0])
				}
				return nil
			})
		},
	}
}
