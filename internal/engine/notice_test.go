// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"slices"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// note has an account told something of a device.
func (b *bed) note(of chat.Actor, device chat.DeviceID, reason string, removed bool) {
	b.t.Helper()
	client := "zolal-web"
	if reason == "token" || removed && device >= 5000 {
		client = "token"
	}
	d := chat.Device{ID: device, Client: client}
	n := chat.DeviceNotice{Device: d, Reason: reason, Removed: removed}
	if err := b.Notice(b.t.Context(), of.Account, n); err != nil {
		b.t.Fatal(err)
	}
}

// AUTH-7
func TestNobodyBuriesHowTheyCameUnderWhatTheyDo(t *testing.T) {
	b := newBed(t)
	ana := b.person("ana_first")
	b.note(ana, 0, "reset", false)
	b.note(ana, 9, "recovery_set", false)
	b.note(ana, 1000, "signed_in", false)
	for i := range chat.DeviceID(3 * engine.MaxNotices) {
		b.note(ana, 5000+i, "token", false)
		b.note(ana, 5000+i, "revoked", true)
		b.note(ana, 0, "asking", false)
		b.note(ana, 2000+i, "signed_in", false)
		b.note(ana, 2000+i, "signed_out", true)
	}
	told, err := b.Notices(t.Context(), ana)
	if err != nil {
		t.Fatal(err)
	}
	has := func(device chat.DeviceID, reason string) bool {
		return slices.ContainsFunc(told, func(n chat.Notice) bool {
			return n.Device.ID == device && n.Reason == reason
		})
	}
	if !has(0, "reset") || !has(9, "recovery_set") || !has(1000, "signed_in") {
		t.Errorf("what matters is not told: %+v", told)
	}
	if len(told) > 6*engine.MaxNotices {
		t.Errorf("%d notices are told", len(told))
	}
	if !slices.IsSortedFunc(told, func(a, b chat.Notice) int { return int(a.Seq) - int(b.Seq) }) {
		t.Error("not ascending")
	}
	for _, n := range told { // what went is not shown as if it were there
		if n.Reason == "signed_in" && n.Device.ID >= 2000 && !has(n.Device.ID, "signed_out") {
			t.Errorf("that device %d went is not told", n.Device.ID)
		}
	}
}
