// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/zolal-im/zolal/internal/chat"
)

// Codes of what operators are told in their service chats; apps word them, with the values "condition" and
// "value" of the condition.
const (
	toldAlarm     = "alarm"
	toldAlarmOver = "alarm_over"
)

// alarmWords are what a condition is called for who has an app that does not know its code: in Persian and in
// English.
func alarmWords() map[string][2]string {
	return map[string][2]string{
		condStore:        {"انبار پیام‌ها خوانده نمی‌شود", "The store cannot be read"},
		condData:         {"در پوشهٔ داده‌ها نوشته نمی‌شود", "The data directory cannot be written"},
		condCertEnds:     {"گواهی به‌زودی پایان می‌یابد", "The certificate ends soon"},
		condCertOver:     {"گواهی پایان یافته است", "The certificate has expired"},
		condCertNone:     {"هنوز گواهی‌ای نیست", "There is no certificate yet"},
		condBackupList:   {"پشتیبان‌ها فهرست نمی‌شوند", "The backups cannot be listed"},
		condBackupNone:   {"هنوز پشتیبانی گرفته نشده است", "No backup was made yet"},
		condBackupOld:    {"تازه‌ترین پشتیبان کهنه است", "The newest backup is old"},
		condBackupFailed: {"آخرین پشتیبان‌گیری نشد", "The last backup failed"},
		condDataLow:      {"دیسک داده‌ها دارد پر می‌شود", "The disk of the data is running full"},
		condDataFull: {"دیسک نزدیک است پر شود و چیز تازه‌ای پذیرفته نمی‌شود",
			"The disk is nearly full: nothing new is taken"},
		condBackupsLow: {"دیسک پشتیبان‌ها دارد پر می‌شود", "The disk of the backups is running full"},
		condMedia: {"عکس‌ها، ویدئوها و پرونده‌ها در دسترس نیستند",
			"Photos, videos and files cannot be reached"},
		condMediaForeign: {"سرور دیگری انبار عکس‌ها و پرونده‌ها را پاک‌سازی می‌کند",
			"Another server cleans the bucket of media"},
		condClock: {"ساعت سرور درست نیست", "The clock of the server is wrong"},
	}
}

// alarmText says an alarm in both languages.
func alarmText(a alarm) string {
	words, ok := alarmWords()[a.Code]
	if !ok {
		words = [2]string{a.Code, a.Code}
	}
	if a.Over {
		return fmt.Sprintf("✅ برطرف شد: %s.\n\nOver: %s.", words[0], words[1])
	}
	return fmt.Sprintf("⚠️ %s. «وضعیت سرور» در تنظیمات می‌گوید چه باید کرد.\n\n%s. Settings, Server status "+
		"says what to do.", words[0], words[1])
}

// tellOperators writes an alarm into the service chat of every operator.
func (c *core) tellOperators(ctx context.Context, a alarm) error {
	name, code, at := "alarm "+a.Code+" "+strconv.FormatInt(a.Since.UnixMilli(), 10), toldAlarm, a.Since
	if a.Over {
		name, code, at = name+" over", toldAlarmOver, a.Ended
	}
	values := map[string]string{"condition": a.Code}
	if a.Value != 0 {
		values["value"] = strconv.FormatInt(a.Value, 10)
	}
	tell := chat.Tell{Text: alarmText(a), Wording: chat.Wording{Code: code, Values: values}}
	key := chat.NamedKey(chat.Millis(at.UnixMilli()), name)
	operators, err := c.accounts.Operators(ctx)
	errs := []error{err}
	for _, id := range operators {
		_, err := c.engine.Tell(ctx, id, tell, key)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
