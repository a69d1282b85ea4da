// SPDX-License-Identifier: Apache-2.0

package zolal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/server"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// example runs a server for an example, with one account, and hands on its address and a token.
func example(play func(ctx context.Context, address, token string) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := serve(ctx, play); err != nil {
		fmt.Println(err)
	}
}

func serve(ctx context.Context, play func(ctx context.Context, address, token string) error) (err error) {
	cfg := server.Default()
	cfg.Listen = "127.0.0.1:0"
	cfg.HashCost.KiB, cfg.HashCost.Passes = 64, 1
	cfg.Backup.Keep = 0
	if cfg.Data, err = os.MkdirTemp("", "zolal-example-*"); err != nil {
		return err
	}
	defer os.RemoveAll(cfg.Data)
	s, err := server.Start(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop(ctx)) }()
	_, setup, _ := strings.Cut(s.SetupLink(), "setup=")
	session, err := zolal.SignUp(ctx, s.Addr(), zolal.Options{}, &zolalv1.SignUpRequest{
		Key: zolal.NewKey(time.Now()), Username: "sara_example", Password: "correct horse battery 7",
		Name: "Sara", Recovery: make([]byte, 32), Setup: setup,
	})
	if err != nil {
		return err
	}
	return play(ctx, s.Addr(), session.GetToken())
}

// savedMessages opens the chat of the account with itself.
func savedMessages(ctx context.Context, c *zolal.Client) (uint32, error) {
	me, info := new(zolalv1.UserState), new(zolalv1.ChatInfo)
	if err := c.Call(ctx, "Accounts/Me", &zolalv1.Empty{}, me); err != nil {
		return 0, err
	}
	req := &zolalv1.OpenDirectRequest{Key: c.NewKey(), Account: me.GetAccount()}
	err := c.Call(ctx, "Chats/OpenDirect", req, info)
	return info.GetId(), err
}

func ExampleDial() {
	example(func(ctx context.Context, address, token string) error {
		c, err := zolal.Dial(ctx, address, zolal.Options{Token: token})
		if err != nil {
			return err
		}
		defer c.Close()
		me := new(zolalv1.UserState)
		if err := c.Call(ctx, "Accounts/Me", &zolalv1.Empty{}, me); err != nil {
			return err
		}
		fmt.Println(me.GetProfile().GetName(), "is connected by", c.Transport())
		return nil
	})
	// Output: Sara is connected by websocket
}

func ExampleClient_Send() {
	example(func(ctx context.Context, address, token string) error {
		c, err := zolal.Dial(ctx, address, zolal.Options{Token: token})
		if err != nil {
			return err
		}
		defer c.Close()
		chat, err := savedMessages(ctx, c)
		if err != nil {
			return err
		}
		// The key names the message: sent twice, it is stored once.
		req := &zolalv1.SendRequest{Chat: chat, Key: c.NewKey(), Text: "buy bread"}
		for range 2 {
			receipt, err := c.Send(ctx, req)
			if err != nil {
				return err
			}
			fmt.Println("message", receipt.GetOrd(), "repeated:", receipt.GetRepeated())
		}
		return nil
	})
	// Output:
	// message 1 repeated: false
	// message 1 repeated: true
}

func ExampleClient_Follow() {
	example(func(ctx context.Context, address, token string) error {
		c, err := zolal.Dial(ctx, address, zolal.Options{Token: token})
		if err != nil {
			return err
		}
		defer c.Close()
		chat, err := savedMessages(ctx, c)
		if err != nil {
			return err
		}
		for _, text := range []string{"bread", "tea"} {
			if _, err := c.Text(ctx, chat, text); err != nil {
				return err
			}
		}
		enough := errors.New("enough")
		err = c.Follow(ctx, chat, 0, func(e *zolalv1.Entry) error {
			if e.GetEnvelope().GetKind() != zolalv1.Kind_KIND_MESSAGE {
				return nil
			}
			m := new(zolalv1.Message)
			if err := proto.Unmarshal(e.GetBody(), m); err != nil {
				return err
			}
			fmt.Println(m.GetText())
			if m.GetText() == "tea" {
				return enough
			}
			return nil
		})
		if !errors.Is(err, enough) {
			return err
		}
		return nil
	})
	// Output:
	// bread
	// tea
}
