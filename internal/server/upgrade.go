// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/zolal-im/zolal/internal/store/sqlite"
)

const (
	// upgradePrefix begins the name of a backup that was made before an upgrade of the store.
	upgradePrefix = "before-upgrade-"
	// upgradeTime names it to the millisecond: who goes back and on again may do both within a second.
	upgradeTime  = "20060102T150405.000Z"
	upgradesKept = 2
	// upgradeRoom is how much room such a backup needs in hundredths of the database: a copy of it, and that
	// packed.
	upgradeRoom = 150
)

// backUpBefore makes a backup of a store that is about to be brought up to date, from which the version that
// wrote it can go on: an older version cannot read the new store. Where there is no room for it the start is
// refused, since who finds out afterwards cannot go back.
func (c *core) backUpBefore(ctx context.Context, old sqlite.Older) error {
	if c.cfg.Backup.Keep == 0 {
		c.log.Warn("no backup is made before the store is upgraded: backup.keep is 0", "schema", old.From)
		return nil
	}
	dir := c.cfg.Backup.Dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return upgradeTrouble(dir, err)
	}
	need := uint64(old.Bytes) * upgradeRoom / 100
	ask := c.cfg.Disk.room
	if ask == nil {
		ask = roomOf
	}
	room, err := ask(dir)
	if err == nil && room.Free < need {
		err = fmt.Errorf("%s are free and %s are needed", Size(room.Free), Size(need))
	}
	if err != nil {
		return upgradeTrouble(dir, err)
	}
	c.log.Warn("making a backup before the store is upgraded", "schema", old.From, "to", old.To)
	name := upgradePrefix + c.cfg.Now().UTC().Format(upgradeTime) + backupSuffix
	made, err := c.backupOf(ctx, filepath.Join(dir, name), source{old.Incarnation, old.Snapshot})
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	if err != nil {
		return upgradeTrouble(dir, err)
	}
	c.log.Warn("the backup is made: with it the older version can go on", "file", name, "bytes", made.Bytes)
	return pruneUpgrades(dir)
}

// upgradeTrouble explains why a store is not upgraded.
func upgradeTrouble(dir string, err error) error {
	var known *Trouble
	if errors.As(err, &known) { // its remedy is not that of an upgrade
		err = cmp.Or(known.Err, errors.New(known.What))
	}
	return &Trouble{What: "no backup can be made in " + dir + " before the store is upgraded", Err: err,
		Remedy: "Nothing was changed. Make room there, or name another place with --backup-dir. To upgrade " +
			"without that backup, make one with the version before and start with --backup-keep 0."}
}

// upgradeBackups names the backups that were made before upgrades, the oldest first.
func upgradeBackups(dir string) []string {
	names, err := filepath.Glob(filepath.Join(dir, upgradePrefix+"*"+backupSuffix))
	if err != nil { // the pattern of a strange directory
		return nil
	}
	slices.Sort(names)
	return names
}

// upgradeMade reads the time in the name of such a backup; zero: it has none.
func upgradeMade(path string) time.Time {
	s := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), upgradePrefix), backupSuffix)
	made, err := time.Parse(backupTime, s) // which reads fractions too
	if err != nil {
		return time.Time{}
	}
	return made
}

// pruneUpgrades removes all but the newest of them.
func pruneUpgrades(dir string) error {
	names := upgradeBackups(dir)
	return removeAll(names[:max(0, len(names)-upgradesKept)]...)
}

// goBack says what to do with a store of a newer version.
func goBack(data string) string {
	var b strings.Builder
	b.WriteString("Install that version again; or go back to before its upgrade, with the backup that it " +
		"made then: ")
	if names := upgradeBackups(filepath.Join(data, backupsInData)); len(names) > 0 {
		fmt.Fprintf(&b, "zolal restore %s --data %s --force", names[len(names)-1], data)
	} else {
		fmt.Fprintf(&b, "zolal restore …/%s….tar.zst --data %s --force", upgradePrefix, data)
	}
	return b.String()
}
