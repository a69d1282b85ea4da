// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/pprof"
	"strconv"
	"strings"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// The admin socket speaks HTTP with JSON. Who can open it is the operator: it lies in the data directory and
// belongs to the directory's owner alone. What it answers with is the same whether a server or a command
// holds the directory.

// AddUser asks for one account.
type AddUser struct {
	Username string `json:"username"`
	Password string `json:"password,omitempty"` // empty: one is made
	Operator bool   `json:"operator,omitempty"`
}

// AddedUser answers AddUser; Password only where it was made.
type AddedUser struct {
	Account  chat.AccountID `json:"account,omitempty"`
	Username string         `json:"username"`
	Password string         `json:"password,omitempty"`
}

// AddMany asks for accounts without passwords, each with a token: PREFIX1, PREFIX2 …
type AddMany struct {
	Prefix string `json:"prefix"`
	Count  int    `json:"count"`
}

// MaxMany is the most accounts that AddMany makes at once.
const MaxMany = account.MaxBatch

// AddedMany answers AddMany.
type AddedMany struct {
	Users []TokenUser `json:"users"`
}

// TokenUser is an account with a token.
type TokenUser struct {
	Account  chat.AccountID `json:"account"`
	Token    string         `json:"token"`
	Username string         `json:"username"`
}

// ListUsers asks for accounts with greater numbers.
type ListUsers struct {
	After chat.AccountID `json:"after"`
	Limit int            `json:"limit"`
}

// UserList answers ListUsers; Next is where to go on, 0 at the end.
type UserList struct {
	Users []User         `json:"users"`
	Next  chat.AccountID `json:"next"`
}

// User is an account as the console lists it.
type User = account.User

// SuspendReasons are the public codes a suspension is explained by.
func SuspendReasons() []string { return account.SuspendReasons() }

// DecisionReasons are the public codes that a decision is explained by.
func DecisionReasons() []string { return chat.DecisionReasons() }

// SuspendUser ends the sessions of an account; an empty Reason lifts a suspension.
type SuspendUser struct {
	Username string `json:"username"`
	Reason   string `json:"reason"`
}

// ResetUser takes an account's password away: in its place comes the one given, or a one-time link.
type ResetUser struct {
	Username string `json:"username"`
	Password string `json:"password,omitempty"`
	Factor   bool   `json:"factor,omitempty"` // the second factor goes too
}

// ResetDone is the one-time link of a reset, empty where a password was given. The path goes behind the
// server's address where that is not known.
type ResetDone struct {
	Username string      `json:"username"`
	Link     string      `json:"link,omitempty"`
	Expires  chat.Millis `json:"expires_ms,omitempty"`
}

// Nothing is an empty answer or question.
type Nothing struct{}

// adminHandler answers the console.
func (c *core) adminHandler(more map[string]http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /user/add", answer(c.addUser))
	mux.Handle("POST /user/many", answer(c.addMany))
	mux.Handle("POST /user/list", answer(c.listUsers))
	mux.Handle("POST /user/suspend", answer(c.suspendUser))
	mux.Handle("POST /user/reset", answer(c.resetUser))
	mux.Handle("POST /reports/list", answer(c.listReports))
	mux.Handle("POST /reports/show", answer(c.showReport))
	mux.Handle("POST /reports/decide", answer(c.decideReport))
	mux.Handle("POST /signup/show", answer(c.showSignup))
	mux.Handle("POST /signup/set", answer(c.setSignup))
	mux.Handle("POST /signup/newcomers", answer(c.listNewcomers))
	mux.Handle("POST /signup/decide", answer(c.decideNewcomer))
	mux.Handle("POST /invite/create", answer(c.createInvite))
	mux.Handle("POST /invite/list", answer(c.listInvites))
	mux.Handle("POST /invite/revoke", answer(c.revokeInvite))
	mux.Handle("POST /backup", answer(c.backupNow))
	mux.Handle("POST /backup/status", answer(c.backupStatus))
	mux.Handle("POST /fsck", answer(c.fsck))
	mux.Handle("POST /terms/publish", answer(c.publishTerms))
	mux.Handle("POST /terms/list", answer(c.listTerms))
	mux.Handle("POST /feedback/list", answer(c.listFeedback))
	mux.Handle("POST /feedback/set", answer(c.setFeedback))
	mux.HandleFunc("POST /import/telegram", c.serveImport)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	for pattern, h := range more {
		mux.Handle(pattern, h)
	}
	return mux
}

func (c *core) addUser(ctx context.Context, q AddUser) (AddedUser, error) {
	id, password, err := c.accounts.AddUser(ctx, account.NewUser(q))
	return AddedUser{Account: id, Username: q.Username, Password: password}, err
}

func (c *core) addMany(ctx context.Context, q AddMany) (AddedMany, error) {
	if q.Count < 1 || q.Count > account.MaxBatch {
		return AddedMany{}, chat.Errorf(chat.CodeBadRequest, "the count is not between 1 and %d", account.MaxBatch)
	}
	names := make([]string, q.Count)
	for i := range names {
		// Digits to the base of nine: 6 and 9 count as look-alikes, and only one of two may be in use.
		names[i] = q.Prefix + strconv.FormatInt(int64(i+1), 9)
	}
	for _, n := range []string{names[0], names[len(names)-1]} {
		if err := chat.CheckName(n); err != nil {
			return AddedMany{}, err
		}
	}
	list, err := c.accounts.AddMany(ctx, names)
	out := AddedMany{Users: make([]TokenUser, len(list))}
	for i, s := range list {
		out.Users[i] = TokenUser{Account: s.Account, Token: s.Token, Username: s.Profile.Username}
	}
	return out, err
}

func (c *core) listUsers(ctx context.Context, q ListUsers) (UserList, error) {
	users, next, err := c.accounts.Users(ctx, q.After, max(1, min(q.Limit, 1000)))
	if err != nil {
		return UserList{}, err
	}
	ids := make([]chat.AccountID, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	// Told before it is shown.
	return UserList{Users: users, Next: next}, c.noteDaily(ctx, chat.ActList, ids...)
}

func (c *core) suspendUser(ctx context.Context, q SuspendUser) (Nothing, error) {
	return Nothing{}, c.suspend(ctx, q)
}

func (c *core) resetUser(ctx context.Context, q ResetUser) (ResetDone, error) {
	made, err := c.accounts.Reset(ctx, account.Reset(q))
	out := ResetDone{Username: q.Username, Expires: made.Expires}
	if made.Secret != "" {
		out.Link = "/#reset=" + made.Secret
	}
	if out.Link != "" && c.home != nil {
		out.Link = c.home() + out.Link
	}
	return out, err
}

// maxAdminBody bounds a question on the admin socket.
const maxAdminBody = 1 << 20

// failure is an error as it crosses the admin socket.
type failure struct {
	Code   chat.Code `json:"code,omitempty"`
	Text   string    `json:"text"`
	Field  string    `json:"field,omitempty"`
	Remedy string    `json:"remedy,omitempty"`
}

// answer makes a handler of a function from question to answer.
func answer[Q, A any](do func(context.Context, Q) (A, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q Q
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAdminBody))
		d.DisallowUnknownFields()
		w.Header().Set("Content-Type", "application/json")
		a, err := *new(A), d.Decode(&q)
		if err != nil {
			err = &chat.Error{Code: chat.CodeBadFrame, Text: "the question cannot be read", Err: err}
		} else {
			a, err = do(r.Context(), q)
		}
		if err != nil {
			w.WriteHeader(http.StatusUnprocessableEntity)
			writeJSON(w, failureOf(err))
			return
		}
		writeJSON(w, a)
	})
}

// writeJSON ends an answer; where the reader went away there is nobody to tell.
func writeJSON(w io.Writer, v any) { _ = json.NewEncoder(w).Encode(v) }

func failureOf(err error) failure {
	f := failure{Text: err.Error()}
	var coded *chat.Error
	if errors.As(err, &coded) {
		f.Code, f.Field = coded.Code, coded.Field
		// The other side puts the code before the text again.
		f.Text = strings.Replace(f.Text+": ", coded.Code.String()+": ", "", 1)
		f.Text = strings.TrimSuffix(f.Text, ": ")
	}
	var t *Trouble
	if errors.As(err, &t) {
		f.Text, f.Remedy = t.What, t.Remedy
		if t.Err != nil {
			f.Text += ": " + t.Err.Error()
		}
	}
	return f
}

// err rebuilds the error on the other side.
func (f failure) err() error {
	var err error = errors.New(f.Text)
	if f.Code != 0 {
		err = &chat.Error{Code: f.Code, Text: f.Text, Field: f.Field}
	}
	if f.Remedy != "" {
		err = &Trouble{What: f.Text, Remedy: f.Remedy}
	}
	return err
}

// ask sends a question to the admin socket and reads its answer.
func ask[Q, A any](ctx context.Context, c *Console, path string, q Q) (A, error) {
	var a A
	body, err := c.post(ctx, path, q)
	if err != nil {
		return a, err
	}
	defer body.Close()
	err = json.NewDecoder(body).Decode(&a)
	if cutOff(err) {
		return a, cutTrouble(err)
	}
	if err != nil {
		return a, fmt.Errorf("read the answer of the server: %w", err)
	}
	return a, nil
}
