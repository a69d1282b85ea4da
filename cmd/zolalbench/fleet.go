// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// user is an account with a token, and its connection while it has one.
type user struct {
	account uint32
	token   string
	conn    *zolal.Conn
}

// users makes accounts, or reads those of --tokens.
func (v *server) users(ctx context.Context, n int) ([]*user, error) {
	file := v.settings.tokens
	if file == "" {
		file = filepath.Join(v.data, "bench-tokens-"+strconv.FormatInt(time.Now().UnixNano(), 36))
		defer os.Remove(file)
		var all []*user
		for len(all) < n {
			prefix := "bench" + strconv.FormatInt(time.Now().UnixNano()%46656, 36) + "x"
			count := min(n-len(all), atOnce)
			_, err := v.zolal(ctx, "user", "add", prefix, "--count", strconv.Itoa(count), "--tokens-out", file)
			if err != nil {
				return nil, err
			}
			some, err := readTokens(file, count)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	}
	return readTokens(file, n)
}

// atOnce is how many accounts are made by one command.
const atOnce = 100_000

// readTokens reads the first n lines of a file of accounts and tokens.
func readTokens(file string, n int) ([]*user, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	defer f.Close()
	var all []*user
	for rows := bufio.NewScanner(f); rows.Scan() && len(all) < n; {
		u := &user{}
		if _, err := fmt.Sscan(rows.Text(), &u.account, &u.token); err != nil {
			return nil, fmt.Errorf("tokens: line %d: %w", len(all)+1, err)
		}
		all = append(all, u)
	}
	if len(all) < n {
		return nil, fmt.Errorf("%d accounts are needed, %d are there", n, len(all))
	}
	return all, nil
}

// info names the load generator in lists of devices.
func info() *zolalv1.ClientInfo {
	return &zolalv1.ClientInfo{Device: "load generator", Client: "zolalbench", Protocol: zolal.Protocol}
}

// connect opens a connection; raw, where given, sees update frames undecoded.
func (v *server) connect(ctx context.Context, u *user, raw func([]byte)) error {
	o := zolal.Options{Token: u.token, Info: info(), Raw: raw, Patience: time.Minute, TLS: v.secure.Clone()}
	c, err := zolal.Connect(ctx, v.address, zolal.WebSocket, o, nil)
	if err != nil {
		return err
	}
	u.conn = c
	return nil
}

// each runs do for every user, at most width at once, and returns the first error.
func each(users []*user, width int, do func(i int, u *user) error) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	var once sync.Once
	var first error
	for range min(width, len(users)) {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(users) {
					return
				}
				if err := do(i, users[i]); err != nil {
					once.Do(func() { first = err })
					return
				}
			}
		})
	}
	wait.Wait()
	return first
}

// closeAll ends the connections of all users.
func closeAll(users []*user) {
	_ = each(users, 64, func(_ int, u *user) error {
		if u.conn != nil {
			u.conn.Close()
			u.conn = nil
		}
		return nil
	})
}

// group makes a public group of the first user's and lets the others join it.
func (v *server) group(ctx context.Context, owner *user, rest []*user, channel bool) (uint32, error) {
	name := fmt.Sprintf("bench_%s", strconv.FormatInt(time.Now().UnixNano()%(1<<40), 36))
	method := "Chats/CreateGroup"
	if channel {
		method = "Chats/CreateChannel"
	}
	chat := new(zolalv1.ChatInfo)
	req := &zolalv1.CreateChatRequest{Key: zolal.NewKey(time.Now()), Title: "bench", Name: name}
	if err := owner.conn.Call(ctx, method, req, chat); err != nil {
		return 0, err
	}
	err := each(rest, 64, func(_ int, u *user) error {
		join := &zolalv1.JoinRequestRequest{Key: zolal.NewKey(time.Now()), Chat: chat.GetId()}
		return patiently(ctx, func() error {
			if u.conn == nil {
				return v.post(ctx, u, "Chats/Join", join)
			}
			return u.conn.Call(ctx, "Chats/Join", join, new(zolalv1.JoinResponse))
		})
	})
	return chat.GetId(), err
}

// post makes one call of somebody who has no connection.
func (v *server) post(ctx context.Context, u *user, method string, m proto.Message) error {
	body, err := proto.Marshal(m)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.address+"/api/"+method, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Authorization", "Bearer "+u.token)
	resp, err := v.web.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode == http.StatusOK {
		return nil
	}
	refused := new(zolalv1.Error)
	if err == nil {
		err = proto.Unmarshal(answer, refused)
	}
	if err != nil || refused.GetCode() == 0 {
		return fmt.Errorf("%s: status %s", method, resp.Status)
	}
	return &zolal.Error{Code: refused.GetCode(), Text: refused.GetMessage()}
}

// patiently asks again where the server says that it is too busy or that it is too soon.
func patiently(ctx context.Context, ask func() error) error {
	for {
		err := ask()
		switch zolal.CodeOf(err) {
		case zolalv1.ErrorCode_RATE_LIMITED, zolalv1.ErrorCode_UNAVAILABLE, zolalv1.ErrorCode_CONFLICT:
		default:
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
