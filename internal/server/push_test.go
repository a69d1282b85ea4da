// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/testenv/pushservice"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// pushKey is what a server tells browsers.
func (b *adminBed) pushKey() []byte {
	info := new(zolalv1.ServerInfo)
	b.must(func(ctx context.Context) error { return b.Call(ctx, "Accounts/Server", &zolalv1.Empty{}, info) })
	return info.GetPushKey()
}

func TestTheKeyOfPushesIsMadeOnceAndIsInBackups(t *testing.T) {
	b := newAdminBed(t, func(*Config) {})
	key := b.pushKey()
	if len(key) != 65 {
		t.Fatalf("the key has %d bytes", len(key))
	}
	file := filepath.Join(t.TempDir(), "copy.tar.zst")
	_, err := b.core.backup(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(t.TempDir(), "fresh")
	cfg := b.cfg
	cfg.Data = fresh
	if _, err := Restore(t.Context(), file, cfg, false); err != nil {
		t.Fatal(err)
	}
	restored := quietServer(t, func(c *Config) { c.Data = fresh })
	if !bytes.Equal(restored.live.push.PublicKey(), key) {
		t.Error("after a restore the key is another: everybody's subscription is lost")
	}
}

// PUSH-10
func TestSwitchedOffNothingIsOffered(t *testing.T) {
	b := newAdminBed(t, func(c *Config) { c.Push.Off = true })
	if len(b.pushKey()) != 0 || b.seen().GetPushes().GetEnabled() {
		t.Error("pushes are offered")
	}
	for method, req := range map[string]*zolalv1.PushTestRequest{"Push/Test": {Id: "a"}} {
		err := b.Call(t.Context(), method, req, new(zolalv1.PushTestResponse))
		if zolal.CodeOf(err) != zolalv1.ErrorCode_PUSH_OFF {
			t.Errorf("%s ends with %v", method, err)
		}
	}
}

// PUSH-1 PUSH-9
func TestADeviceSubscribesAndIsWokenOverTheWholeServer(t *testing.T) {
	maker := pushservice.Start()
	defer maker.Close()
	root := filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(root, maker.Root(), 0o600); err != nil {
		t.Fatal(err)
	}
	b := newAdminBed(t, func(c *Config) { c.Push.TestRoot = root })
	browser, err := maker.Browser()
	if err != nil {
		t.Fatal(err)
	}
	b.must(func(ctx context.Context) error {
		return b.Call(ctx, "Push/Subscribe", &zolalv1.PushSubscription{Endpoint: browser.Endpoint, Key: browser.Key,
			Secret: browser.Secret, Settings: &zolalv1.PushSettings{NoGroups: true, QuietFrom: 5, UtcMinutes: -90},
		}, new(zolalv1.Empty))
	})
	state := new(zolalv1.PushState)
	b.must(func(ctx context.Context) error { return b.Call(ctx, "Push/State", &zolalv1.Empty{}, state) })
	if q := state.GetSettings(); !state.GetSubscribed() || !q.GetNoGroups() || q.GetQuietFrom() != 5 ||
		q.GetUtcMinutes() != -90 || len(state.GetEndpointHash()) != 64 {
		t.Errorf("the state is %v", state)
	}
	tested := new(zolalv1.PushTestResponse)
	b.must(func(ctx context.Context) error {
		return b.Call(ctx, "Push/Test", &zolalv1.PushTestRequest{Id: "abc"}, tested)
	})
	if tested.GetOutcome() != zolalv1.PushOutcome_PUSH_OUTCOME_TAKEN {
		t.Errorf("a test ends with %v", tested)
	}
	got, _ := browser.Got()
	if len(got) != 1 || string(got[0].Payload) != `{"v":1,"test":"abc"}` || got[0].Subject != nobody {
		t.Errorf("the browser got %+v", got)
	}
	if p := b.seen().GetPushes(); !p.GetEnabled() || p.GetSubscriptions() != 1 || p.GetTaken() != 1 {
		t.Errorf("the operator sees %v", p)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := b.Call(ctx, "Push/Unsubscribe", &zolalv1.Empty{}, new(zolalv1.Empty)); err != nil {
		t.Fatal(err)
	}
	if p := b.seen().GetPushes(); p.GetSubscriptions() != 0 {
		t.Errorf("after its end the operator sees %v", p)
	}
}
