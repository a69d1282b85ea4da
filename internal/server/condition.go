// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"fmt"
	"time"
)

// Codes of conditions. Apps have words for each, so a code keeps its meaning for ever.
const (
	condStore        = "store_unreadable"
	condData         = "data_unwritable"
	condStopping     = "stopping"
	condCertEnds     = "certificate_ends"    // value: when, in milliseconds
	condCertOver     = "certificate_expired" // value: when, in milliseconds
	condCertNone     = "certificate_missing"
	condBackupList   = "backup_unlisted"
	condBackupNone   = "backup_none"
	condBackupOld    = "backup_old" // value: age in seconds
	condBackupFailed = "backup_failed"
	condDataLow      = "disk_data_low"    // value and limit: free bytes
	condDataFull     = "disk_data_full"   // likewise
	condBackupsLow   = "disk_backups_low" // likewise
	condClock        = "clock_behind"     // value: seconds
	condMedia        = "media_unreachable"
	condMediaForeign = "media_foreign"
)

// Condition is something about the server that its operator should know or mend.
type Condition struct {
	Code    string
	Problem bool   // keeps the server from its work; else a warning
	Text    string // in English, without causes: anybody may read it
	Detail  string // the numbers or the error behind it: the operator's alone
	Value   int64  // what was measured, in the unit of the code
	Limit   int64  // where it begins to be told
}

// problem is a condition that keeps the server from its work.
func problem(code, text string, cause error) Condition {
	c := Condition{Code: code, Problem: true, Text: text}
	if cause != nil {
		c.Detail = cause.Error()
	}
	return c
}

// conditions looks at everything that can be wrong, problems first.
func (h *health) conditions(ctx context.Context) []Condition {
	var out []Condition
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, _, err := h.core.store.Feed(ctx, 0, 0); err != nil {
		out = append(out, problem(condStore, "the store cannot be read", err))
	}
	if err := h.writable(); err != nil {
		out = append(out, problem(condData, "the data directory cannot be written", err))
	}
	h.mu.Lock()
	if h.stop {
		out = append(out, problem(condStopping, "the server stops", nil))
	}
	h.mu.Unlock()
	now := h.core.cfg.Now()
	out = append(out, h.certificateConditions(now)...)
	out = append(out, h.core.backupConditions(ctx)...)
	out = append(out, h.core.disk.conditions()...)
	out = append(out, h.core.mediaConditions()...)
	return append(out, h.core.clockConditions(ctx)...)
}

// certificateWait is how long the first certificate may take to come.
const certificateWait = 10 * time.Minute

// certificateConditions is empty while the certificate lives long enough.
func (h *health) certificateConditions(now time.Time) []Condition {
	end, ahead := h.certs.expires()
	c := Condition{Value: end.UnixMilli(), Limit: now.Add(ahead).UnixMilli(), Detail: h.certs.trouble()}
	switch left := end.Sub(now); {
	case end.IsZero():
		if h.core.cfg.Domain == "" || c.Detail == "" && now.Sub(h.core.started) <= certificateWait {
			return nil
		}
		c = Condition{Code: condCertNone, Detail: c.Detail, Text: "there is no certificate yet"}
	case left > ahead:
		return nil
	case left <= 0:
		c.Code, c.Text = condCertOver, "the certificate has expired"
	default:
		c.Code, c.Text = condCertEnds, "the certificate expires on "+end.UTC().Format(time.DateOnly)
	}
	return []Condition{c}
}

// backupConditions is empty while nightly backups are made. A server that was off for days has time to make
// one.
func (c *core) backupConditions(ctx context.Context) []Condition {
	up := c.cfg.Now().Sub(c.started)
	if c.cfg.Backup.Keep == 0 {
		return nil
	}
	var out []Condition
	if failed := c.backupFailed.Load(); failed != nil {
		out = append(out, Condition{Code: condBackupFailed, Detail: *failed,
			Text: "the last nightly backup failed"})
	}
	if up < retryBackup {
		return out
	}
	b, err := c.backupStatus(ctx, Nothing{})
	age := time.Duration(b.AgeSeconds) * time.Second
	limit := int64(backupOverdue.Seconds())
	switch {
	case err != nil:
		return append(out, Condition{Code: condBackupList, Text: "the nightly backups cannot be listed",
			Detail: err.Error()})
	case b.Count == 0 && up > backupOverdue:
		return append(out, Condition{Code: condBackupNone, Text: "no nightly backup was made yet"})
	case b.Count > 0 && age > backupOverdue:
		return append(out, Condition{Code: condBackupOld, Value: b.AgeSeconds, Limit: limit,
			Text: fmt.Sprintf("the newest nightly backup is %d days old", int(age.Hours())/24)})
	}
	return out
}

// backupOverdue is how old the newest nightly backup may be before the operator is warned.
const backupOverdue = 48 * time.Hour

// conditions are about the room that is left. Of two directories on one disk the data speaks.
func (w *diskWatch) conditions() []Condition {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.freshen()
	var out []Condition
	for i, d := range w.disks {
		if d.full == roomy || i > 0 && d.room.Disk == w.disks[0].room.Disk && w.disks[0].full != roomy {
			continue
		}
		warn, stop := w.cfg.Warn.of(d.room.Total), w.cfg.Stop.of(d.room.Total)
		c := Condition{Code: condDataLow, Value: int64(d.room.Free), Limit: int64(warn),
			Text: "the disk of " + d.what + " is running full",
			Detail: fmt.Sprintf("%s: %s of %s free; disk.warn is %s, disk.stop %s", d.path,
				Size(d.room.Free), Size(d.room.Total), Size(warn), Size(stop))}
		switch {
		case i > 0:
			c.Code = condBackupsLow
		case d.full == stopped:
			c.Code, c.Limit = condDataFull, int64(stop)
			c.Text = "the disk of " + d.what + " is nearly full: nothing new is taken"
		}
		out = append(out, c)
	}
	return out
}

// clockSlack is how far the clock may be behind what was stored before the operator is told.
const clockSlack = 2 * time.Minute

// clockConditions tells of a clock that runs behind the time of what was stored last: messages get wrong
// times, and certificates and keys are judged by it. A clock that runs ahead shows by nothing in the store.
func (c *core) clockConditions(ctx context.Context) []Condition {
	_, pos, err := c.store.Feed(ctx, 0, 0)
	if err != nil || pos == 0 {
		return nil
	}
	last, _, err := c.store.Feed(ctx, pos-1, 1)
	if err != nil || len(last) == 0 {
		return nil
	}
	behind := time.UnixMilli(int64(last[0].At)).Sub(c.cfg.Now())
	if behind <= clockSlack {
		return nil
	}
	return []Condition{{Code: condClock, Value: int64(behind.Seconds()), Limit: int64(clockSlack.Seconds()),
		Text: "the clock is behind what was stored before"}}
}
