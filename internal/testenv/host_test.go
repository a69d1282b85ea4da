// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv_test

import (
	"sync/atomic"
	"testing"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/testenv"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func TestACrashSaysNoGoodbyeAndARestartDoes(t *testing.T) {
	for name, open := range hosts {
		if testing.Short() && name == "binary" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := open(t)
			c := guest(t, host.Address(0), "left_behind", zolal.Options{
				Transports: []zolal.Transport{zolal.WebSocket}})
			chat := notes(t, c)
			var goodbyes atomic.Int64
			c.OnUpdate(func(u *zolalv1.Update) {
				if u.GetGoingAway() != nil {
					goodbyes.Add(1)
				}
			})
			kept := say(t, c, chat, "before")
			if err := host.Crash(); err != nil {
				t.Fatal(err)
			}
			if next := say(t, c, chat, "after"); next.GetSeq() != kept.GetSeq()+1 {
				t.Errorf("behind %d comes %d", kept.GetSeq(), next.GetSeq())
			}
			if n := goodbyes.Load(); n != 0 {
				t.Errorf("the crash said goodbye %d times", n)
			}
			if err := host.Restart(); err != nil {
				t.Fatal(err)
			}
			say(t, c, chat, "and after that")
			if goodbyes.Load() == 0 {
				t.Error("the restart said nothing")
			}
		})
	}
}

var _ testenv.Host = (*testenv.Process)(nil)
