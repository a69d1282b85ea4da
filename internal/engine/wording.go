// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
)

// Codes of what is told of decisions. An app words them in its reader's language; the text beside is for apps
// that do not know the code.
const (
	ToldWarned    = "warned"
	ToldLimited   = "limited"
	ToldSuspended = "suspended"
	ToldTakenDown = "taken_down"
	ToldReversed  = "decision_reversed"
	ToldUpheld    = "appeal_refused"
	ToldReturned  = "message_returned" // the text is that of a message that was taken down without cause
)

// toldWords are the code and the fallback of what is told of a decision, by act.
var toldWords = map[chat.Act][3]string{
	chat.ActWarn: {ToldWarned, "گردانندهٔ سرور به شما هشدار داد.",
		"The operator of this server warned you."},
	chat.ActLimit: {ToldLimited, "گردانندهٔ سرور حساب شما را محدود کرد.",
		"The operator of this server limited your account."},
	chat.ActSuspend: {ToldSuspended, "گردانندهٔ سرور حساب شما را به حال تعلیق درآورد.",
		"The operator of this server suspended your account."},
	chat.ActTakeDown: {ToldTakenDown, "گردانندهٔ سرور محتوایی عمومی از شما را برداشت.",
		"The operator of this server took down something public of yours."},
	chat.ActReverse: {ToldReversed, "گردانندهٔ سرور تصمیم پیشین دربارهٔ شما را پس گرفت.",
		"The operator of this server took back a decision about you."},
	chat.ActUphold: {ToldUpheld, "اعتراض شما بررسی شد و تصمیم برجا ماند.",
		"Your appeal was looked at, and the decision stays."},
}

// judgement is what an account is told of a decision about it; was is the decision it takes back or upholds.
func judgement(number chat.Seq, d, was chat.Decision) chat.Tell {
	words := toldWords[d.Act]
	values := map[string]string{"reason": d.Reason, "decision": strconv.Itoa(int(number))}
	if d.Reversed != 0 {
		values["decision"] = strconv.Itoa(int(d.Reversed))
		values["was"] = strings.ReplaceAll(was.Act.String(), "-", "_")
	}
	if d.Until != 0 {
		values["until_ms"] = strconv.FormatInt(int64(d.Until), 10)
	}
	if len(d.Seqs) > 0 {
		values["messages"] = strconv.Itoa(len(d.Seqs))
	}
	if len(d.Photos) > 0 {
		values["photos"] = strconv.Itoa(len(d.Photos))
	}
	if d.Name != "" {
		values["name"] = d.Name
	}
	text := fmt.Sprintf("%s (%s)\n%s (%s)",
		words[1], meaning(d.Reason, true), words[2], meaning(d.Reason, false))
	return chat.Tell{Text: text, Wording: chat.Wording{Code: words[0], Values: values}}
}

// meaning is what a reason code means.
func meaning(code string, persian bool) string {
	for _, c := range chat.Causes() {
		if c.Code == code && persian {
			return c.Persian
		}
		if c.Code == code {
			return c.English
		}
	}
	return code
}
