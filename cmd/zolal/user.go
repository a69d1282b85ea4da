// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/server"
)

func (c *command) user() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "user",
		Short:   "Add, list, suspend and reset accounts",
		Example: "  zolal user add parvaneh\n  zolal user list --json\n  zolal user suspend spammer1 --reason spam",
		Args:    cobra.NoArgs,
		RunE:    needSubcommand,
	}
	cmd.AddCommand(c.userAdd(), c.userList(), c.userSuspend(), c.userReset())
	return cmd
}

func (c *command) userAdd() *cobra.Command {
	var stdin, operator bool
	var count int
	var tokens string
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Make an account; its password is made and printed unless it is given",
		Long: "Makes an account. Its password is read from standard input with --password-stdin; otherwise\n" +
			"one is made and printed, for its owner to change.\n\n" +
			"With --count it makes many accounts for load tests: NAME1, NAME2 … (numbered without the digit 9,\n" +
			"since 6 and 9 count as look-alikes). They have no passwords; the token of each is written to the file\n" +
			"of --tokens-out, one line each: account number, token, username.",
		Example: "  zolal user add parvaneh\n" +
			"  echo \"$PASSWORD\" | zolal user add parvaneh --password-stdin --operator\n" +
			"  zolal user add bench --count 15000 --tokens-out tokens.txt",
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input")
	cmd.Flags().BoolVar(&operator, "operator", false, "make it an operator of this server")
	cmd.Flags().IntVar(&count, "count", 0, "make this many accounts without passwords")
	cmd.Flags().StringVar(&tokens, "tokens-out", "", "file for their tokens")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if (count != 0) != (tokens != "") || count < 0 {
			return usagef("--count N and --tokens-out FILE belong together")
		}
		if count > server.MaxMany {
			return usagef("--count makes %d at once at most", server.MaxMany)
		}
		if count > 0 && (stdin || operator) {
			return usagef("accounts made with --count have no password and are no operators")
		}
		if count > 0 {
			return c.addMany(cmd, server.AddMany{Prefix: args[0], Count: count}, tokens)
		}
		q := server.AddUser{Username: args[0], Operator: operator}
		var err error
		if q.Password, err = c.readPassword(stdin); err != nil {
			return err
		}
		return c.reach(cmd.Context(), true, func(console *server.Console) error {
			made, err := console.AddUser(cmd.Context(), q)
			if err != nil {
				return err
			}
			c.showPassword(made, "made")
			return nil
		})
	}
	return cmd
}

// readPassword reads one line, where it was asked to.
func (c *command) readPassword(stdin bool) (string, error) {
	if !stdin {
		return "", nil
	}
	line, err := bufio.NewReader(io.LimitReader(c.in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", usagef("there is no password on standard input")
	}
	return line, nil
}

func (c *command) showPassword(u server.AddedUser, done string) {
	switch {
	case c.json:
		c.printJSON(c.out, u)
	case u.Password != "":
		fmt.Fprintf(c.out, "%s %s; its password is now %s\n", u.Username, done, u.Password)
	default:
		fmt.Fprintf(c.out, "%s %s\n", u.Username, done)
	}
}

func (c *command) addMany(cmd *cobra.Command, q server.AddMany, tokens string) error {
	return c.reach(cmd.Context(), true, func(console *server.Console) error {
		f, err := os.OpenFile(tokens, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return &server.Trouble{What: "the tokens cannot be written", Err: err,
				Remedy: "Name a file that can be written with --tokens-out."}
		}
		defer f.Close()
		start := time.Now()
		made, err := console.AddMany(cmd.Context(), q)
		if err != nil {
			return err
		}
		w := bufio.NewWriter(f)
		for _, u := range made.Users {
			fmt.Fprintln(w, u.Account, u.Token, u.Username)
		}
		if err := errors.Join(w.Flush(), f.Sync()); err != nil {
			return fmt.Errorf("write the tokens: %w", err)
		}
		seconds := time.Since(start).Seconds()
		if c.json {
			c.printJSON(c.out, map[string]any{"made": len(made.Users), "seconds": seconds, "tokens": tokens})
		} else {
			n := len(made.Users)
			fmt.Fprintf(c.out, "%d accounts made in %.1f s; their tokens are in %s\n", n, seconds, tokens)
		}
		return nil
	})
}

// listPart is how many accounts are asked for at once.
const listPart = 500

func (c *command) userList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List accounts",
		Example: "  zolal user list\n  zolal user list --json | jq -r '.users[].username'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reach(cmd.Context(), false, func(console *server.Console) error {
				users := []server.User{}
				for next := chat.AccountID(0); ; {
					part, err := console.Users(cmd.Context(), server.ListUsers{After: next, Limit: listPart})
					if err != nil {
						return err
					}
					users = append(users, part.Users...)
					if next = part.Next; next == 0 {
						break
					}
				}
				c.showUsers(users)
				return nil
			})
		},
	}
}

func (c *command) showUsers(users []server.User) {
	if c.json {
		c.printJSON(c.out, map[string]any{"users": users})
		return
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tUSERNAME\tCREATED\tLAST USED\tDEVICES\tSTATE")
	for _, u := range users {
		state := ""
		switch {
		case u.Suspended != "":
			state = "suspended: " + u.Suspended
		case u.Operator:
			state = "operator"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%s\n",
			u.ID, u.Username, day(u.Created), day(u.LastUsed), u.Devices, state)
	}
	_ = w.Flush() // a closed terminal: there is nobody to tell
}

func day(at chat.Millis) string {
	if at == 0 {
		return "never"
	}
	return time.UnixMilli(int64(at)).Format(time.DateOnly)
}

func (c *command) userSuspend() *cobra.Command {
	var reason string
	var lift bool
	cmd := &cobra.Command{
		Use:   "suspend NAME --reason CODE",
		Short: "End every session of an account and refuse new ones",
		Long: "Ends every session of an account and refuses new ones. The reason is a public code:\n" +
			strings.Join(server.SuspendReasons(), ", ") + ". --lift ends a suspension.",
		Example: "  zolal user suspend spammer1 --reason spam\n  zolal user suspend spammer1 --lift",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "public reason code")
	cmd.Flags().BoolVar(&lift, "lift", false, "end the suspension")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if lift == (reason != "") {
			return usagef("give --reason CODE (%s), or --lift", strings.Join(server.SuspendReasons(), ", "))
		}
		if !lift && !slices.Contains(server.SuspendReasons(), reason) {
			return usagef("%q is no reason: %s", reason, strings.Join(server.SuspendReasons(), ", "))
		}
		return c.reach(cmd.Context(), false, func(console *server.Console) error {
			err := console.Suspend(cmd.Context(), server.SuspendUser{Username: args[0], Reason: reason})
			if err != nil {
				return err
			}
			switch {
			case c.json:
				c.printJSON(c.out, map[string]any{"username": args[0], "suspended": reason})
			case lift:
				fmt.Fprintf(c.out, "%s is suspended no longer\n", args[0])
			default:
				fmt.Fprintf(c.out, "%s is suspended: %s\n", args[0], reason)
			}
			return nil
		})
	}
	return cmd
}

func (c *command) userReset() *cobra.Command {
	var stdin, factor bool
	cmd := &cobra.Command{
		Use:   "reset NAME",
		Short: "End an account's sessions and make a one-time link to set another password",
		Long: "Takes an account's password away, ends its sessions, and prints a one-time link by which its\n" +
			"owner sets another; you never learn it. The link ends after 48 hours, when it is used, and when\n" +
			"another is made. The recovery code stays valid, and so does a second factor unless --second-factor\n" +
			"takes it away. The owner reads of it in the account's log.\n\n" +
			"With --password-stdin the password read from standard input is in force at once and there is no link:\n" +
			"for machines, and for people who cannot open one.",
		Example: "  zolal user reset parvaneh\n" +
			"  echo \"$PASSWORD\" | zolal user reset parvaneh --password-stdin",
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input")
	cmd.Flags().BoolVar(&factor, "second-factor", false, "take the second factor away too, where it is lost")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		q := server.ResetUser{Username: args[0], Factor: factor}
		var err error
		if q.Password, err = c.readPassword(stdin); err != nil {
			return err
		}
		return c.reach(cmd.Context(), false, func(console *server.Console) error {
			done, err := console.Reset(cmd.Context(), q)
			if err != nil {
				return err
			}
			c.showReset(done)
			return nil
		})
	}
	return cmd
}

func (c *command) showReset(done server.ResetDone) {
	switch {
	case c.json:
		c.printJSON(c.out, done)
	case strings.HasPrefix(done.Link, "/"):
		fmt.Fprintf(c.out, "%s reset; no server runs here: put its address before this one-time link, "+
			"good until %s\n%s\n", done.Username, stamp(done.Expires), done.Link)
	case done.Link != "":
		fmt.Fprintf(c.out, "%s reset; give the owner this one-time link, good until %s\n%s\n",
			done.Username, stamp(done.Expires), done.Link)
	default:
		fmt.Fprintf(c.out, "%s reset\n", done.Username)
	}
}

// stamp is a time as the console shows it.
func stamp(at chat.Millis) string { return time.UnixMilli(int64(at)).Local().Format(time.DateTime) }
