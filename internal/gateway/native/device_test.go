// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func TestADeviceIsInUseForAsLongAsItIsConnected(t *testing.T) {
	at := time.Now()
	h := serve(t)
	u := h.users(1)[0]
	c := h.dial(u, zolal.WebSocket)
	lastUsed := func(by *client) time.Time {
		t.Helper()
		list := new(zolalv1.DevicesResponse)
		check(t, by.Call(context.Background(), "Accounts/Devices", &zolalv1.Empty{}, list))
		if len(list.Devices) != 1 || !list.Devices[0].Current {
			t.Fatalf("devices: %v", list)
		}
		return time.UnixMilli(list.Devices[0].LastUsedMs)
	}
	first := lastUsed(c)
	if first.Before(at.Truncate(time.Millisecond)) {
		t.Errorf("last used at %v, before it was made", first)
	}
	eventually(t, func() bool { return lastUsed(c).After(first) })
}
