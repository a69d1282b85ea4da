// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// reachWithin is how long a command waits for a server that starts or stops at this moment.
const reachWithin = 10 * time.Second

// Console gives commands to a data directory: to the server that holds it, or, where none does, to the
// store itself, which the Console then holds until it is closed.
type Console struct {
	dir    string
	client *http.Client
	own    *socketServer // nil where a server holds the directory
}

// Reach makes a Console for a data directory. Unless create is set there must be a store in it: a mistyped
// name must not become an empty store.
func Reach(ctx context.Context, cfg Config, create bool) (*Console, error) {
	dir, err := filepath.Abs(cfg.Data)
	if err != nil {
		return nil, dataTrouble(cfg.Data, err)
	}
	if err := needStore(dir, cfg.Data); err != nil && (!create || errors.Is(err, fs.ErrPermission)) {
		return nil, err
	}
	c := &Console{dir: dir}
	c.client = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dialSocket(ctx, dir) },
	}}
	until := time.Now().Add(reachWithin)
	for {
		conn, err := dialSocket(ctx, dir)
		if err == nil {
			return c, conn.Close()
		}
		if errors.Is(err, fs.ErrPermission) {
			return nil, strangerTrouble(cfg.Data, err)
		}
		c.own, err = openSocketServer(ctx, cfg)
		if err == nil {
			return c, nil
		}
		if !errors.Is(err, errHeld) || time.Now().After(until) {
			return nil, err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// needStore fails where a directory holds no store that this user may reach.
func needStore(dir, shown string) error {
	_, err := os.Stat(filepath.Join(dir, databaseName))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrPermission):
		return strangerTrouble(shown, err)
	}
	return &Trouble{What: "there is no store in " + shown,
		Remedy: "Name the data directory of your server with --data. `zolal serve` makes a new one."}
}

// strangerTrouble explains to a user that the data belongs to another one.
func strangerTrouble(dir string, err error) error {
	return &Trouble{What: dir + " belongs to another user", Err: err,
		Remedy: "Run the command as the user the server runs as, such as: sudo -u zolal zolal …"}
}

// Serving reports whether a running server answers, rather than the store itself.
func (c *Console) Serving() bool { return c.own == nil }

// Close ends the Console and gives the data directory back.
func (c *Console) Close() error {
	c.client.CloseIdleConnections()
	if c.own == nil {
		return nil
	}
	return c.own.close()
}

// AddUser makes an account.
func (c *Console) AddUser(ctx context.Context, q AddUser) (AddedUser, error) {
	return ask[AddUser, AddedUser](ctx, c, "/user/add", q)
}

// AddMany makes accounts without passwords, each with a token.
func (c *Console) AddMany(ctx context.Context, q AddMany) (AddedMany, error) {
	return ask[AddMany, AddedMany](ctx, c, "/user/many", q)
}

// Users lists accounts.
func (c *Console) Users(ctx context.Context, q ListUsers) (UserList, error) {
	return ask[ListUsers, UserList](ctx, c, "/user/list", q)
}

// Suspend suspends an account, or lifts a suspension.
func (c *Console) Suspend(ctx context.Context, q SuspendUser) error {
	_, err := ask[SuspendUser, Nothing](ctx, c, "/user/suspend", q)
	return err
}

// Reset takes an account's password away and makes a one-time link to set another.
func (c *Console) Reset(ctx context.Context, q ResetUser) (ResetDone, error) {
	return ask[ResetUser, ResetDone](ctx, c, "/user/reset", q)
}

// Reports lists reports to the operator.
func (c *Console) Reports(ctx context.Context, q ListReports) (ReportList, error) {
	return ask[ListReports, ReportList](ctx, c, "/reports/list", q)
}

// Report shows one report, and tells those whose messages it reveals.
func (c *Console) Report(ctx context.Context, q ShowReport) (ReportDetail, error) {
	return ask[ShowReport, ReportDetail](ctx, c, "/reports/show", q)
}

// Decide decides reports, or takes a decision back, or upholds it.
func (c *Console) Decide(ctx context.Context, q DecideReport) (Decided, error) {
	return ask[DecideReport, Decided](ctx, c, "/reports/decide", q)
}

// Backup writes a backup.
func (c *Console) Backup(ctx context.Context, q BackupNow) (BackupFile, error) {
	return ask[BackupNow, BackupFile](ctx, c, "/backup", q)
}

// BackupStatus tells of the newest backup.
func (c *Console) BackupStatus(ctx context.Context) (BackupStatus, error) {
	return ask[Nothing, BackupStatus](ctx, c, "/backup/status", Nothing{})
}

// Status says how the server is.
func (c *Console) Status(ctx context.Context) (Status, error) {
	return ask[Nothing, Status](ctx, c, "/status", Nothing{})
}

// PublishTerms publishes another version of the terms.
func (c *Console) PublishTerms(ctx context.Context, q PublishTerms) (TermsVersion, error) {
	return ask[PublishTerms, TermsVersion](ctx, c, "/terms/publish", q)
}

// Terms lists every version of the terms.
func (c *Console) Terms(ctx context.Context) (TermsList, error) {
	return ask[Nothing, TermsList](ctx, c, "/terms/list", Nothing{})
}

// Feedback lists what people said.
func (c *Console) Feedback(ctx context.Context) (FeedbackItems, error) {
	return ask[Nothing, FeedbackItems](ctx, c, "/feedback/list", Nothing{})
}

// SetFeedback says how feedback stands.
func (c *Console) SetFeedback(ctx context.Context, q SetFeedback) error {
	_, err := ask[SetFeedback, Nothing](ctx, c, "/feedback/set", q)
	return err
}

// Fsck checks the store, or rebuilds its projections.
func (c *Console) Fsck(ctx context.Context, q Fsck) (FsckReport, error) {
	return ask[Fsck, FsckReport](ctx, c, "/fsck", q)
}

// post sends a question and gives the body of a good answer.
func (c *Console) post(ctx context.Context, path string, q any) (io.ReadCloser, error) {
	raw, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://admin"+path, bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	resp, err := c.client.Do(req)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, &Trouble{What: "interrupted", Err: ctx.Err(), Remedy: againRemedy}
	case cutOff(err):
		return nil, cutTrouble(err)
	case err != nil:
		return nil, &Trouble{What: "the server in " + c.dir + " does not answer", Err: err,
			Remedy: "Look at its log (journalctl -u zolal); if it hangs, restart it and run the command again."}
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	var f failure
	if err := json.NewDecoder(resp.Body).Decode(&f); err != nil || f.Text == "" && f.Code == 0 {
		return nil, fmt.Errorf("the server answered %s; is it another version than this command?", resp.Status)
	}
	return nil, f.err()
}

// againRemedy is what to do about a command that was cut short.
const againRemedy = "Run the command again; it says so if there is nothing left to do."

// cutOff recognises an answer that ended, or never came, because the server closed the connection.
func cutOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE)
}

// cutTrouble explains that the server stopped in the middle of a command.
func cutTrouble(err error) error {
	return &Trouble{What: "the server stopped before it answered", Err: err, Remedy: againRemedy}
}

// socketServer answers the admin socket of a data directory, in a server and in a command alike.
type socketServer struct {
	core   *core
	http   *http.Server
	cancel context.CancelFunc // of what is under way
	done   sync.WaitGroup

	mu      sync.Mutex
	stopped bool // nothing new is added to done
}

func openSocketServer(ctx context.Context, cfg Config) (*socketServer, error) {
	c, err := openCore(ctx, cfg, commandTail)
	if err != nil {
		return nil, err
	}
	s, err := serveSocket(c, map[string]http.Handler{"POST /status": answer(c.status)})
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return s, nil
}

// serveSocket begins to answer; more is what a server answers besides.
func serveSocket(c *core, more map[string]http.Handler) (*socketServer, error) {
	l, err := listenSocket(c.dir.path)
	if err != nil {
		return nil, dataTrouble(c.cfg.Data, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &socketServer{core: c, cancel: cancel}
	s.http = &http.Server{
		Handler: s.counted(c.adminHandler(more)), ReadHeaderTimeout: headerWithin,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	s.done.Go(func() { _ = s.http.Serve(l) }) // always http.ErrServerClosed
	return s, nil
}

// counted lets stop wait for the answers under way, which net/http does not.
func (s *socketServer) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		if s.stopped {
			s.mu.Unlock()
			panic(http.ErrAbortHandler)
		}
		s.done.Add(1)
		s.mu.Unlock()
		defer s.done.Done()
		h.ServeHTTP(w, r)
	})
}

// stop ends the answering, of what is under way too, waits until that has tidied up, and removes the socket.
func (s *socketServer) stop() error {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.cancel()
	err := s.http.Close()
	s.done.Wait()
	return errors.Join(err, os.Remove(filepath.Join(s.core.dir.path, socketName)))
}

// close stops and closes the core.
func (s *socketServer) close() error { return errors.Join(s.stop(), s.core.close()) }
