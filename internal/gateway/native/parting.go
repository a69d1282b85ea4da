// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// partingWait is for how long an end waits for an answer at most.
const partingWait = time.Second

// parts makes a row of what may end the device that asks: its sessions end when it has been answered.
func parts(m method) method { m.parts = true; return m }

// part keeps the sessions of a device open until over is called: who signs out hears that it is done, and not
// only that the connection is gone.
//
// AUTH-5
func (g *Gateway) part(device chat.DeviceID, who chat.AccountID) (over func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.parting[device]
	if p == nil {
		p = new(parting)
		g.parting[device] = p
	}
	p.asking++
	return func() {
		g.mu.Lock()
		code := p.code
		if p.late != nil {
			p.late.Stop()
		}
		if p.asking--; p.asking == 0 {
			delete(g.parting, device)
		}
		g.mu.Unlock()
		if code != "" { // also where more was asked meanwhile: nobody stays by asking
			g.cfg.Hub.End(who, device, code)
		}
	}
}

// parting is a device that may be about to end itself.
type parting struct {
	asking int         // requests that are not answered yet
	code   string      // of the end that came meanwhile
	late   *time.Timer // carries that end out where the answers take too long
}

// keptBack reports whether the end of a device waits for an answer to it, for g.partingWait at most. The
// caller holds the lock.
func (g *Gateway) keptBack(who chat.AccountID, device chat.DeviceID, code string) bool {
	p := g.parting[device]
	if p == nil {
		return false
	}
	p.code = code
	if p.late == nil {
		p.late = time.AfterFunc(g.partingWait, func() { g.cfg.Hub.End(who, device, code) })
	}
	return true
}

// partsIn reports whether one of some requests may end the device that asks.
func partsIn(run []request) bool {
	for _, r := range run {
		if r.method.parts {
			return true
		}
	}
	return false
}
