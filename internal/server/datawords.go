// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"fmt"
	"strings"
	"time"
)

// dataWords is what the page of what is stored says around the tables.
type dataWords struct {
	title, lead, notice, leaving, beside, kept, columns string
}

// leavesIn is for how long an account is kept whose owner wished it deleted.
func wordsOfData(lang string, leavesIn time.Duration) dataWords {
	after := longFor(lang, leavesIn)
	if lang == "fa" {
		return dataWords{
			title: "این سرور چه نگه می‌دارد",
			lead: "چه چیزی، چرا و تا کی. این صفحه از ساختار خود پایگاه داده ساخته می‌شود؛ چیزی در آن نیست که اینجا " +
				"نیامده باشد.",
			notice: "هنوز هیچ گفتگویی رمزگذاری سرتاسری ندارد: گردانندهٔ سرور، و هر کس که نسخهٔ پشتیبانی از آن " +
				"داشته باشد، از نظر فنی می‌تواند همهٔ این‌ها را بخواند. آنچه روی دستگاه خود شماست تنها " +
				"همان‌جاست و در این صفحه نیست.",
			leaving: "وقتی حسابتان را حذف کنید، " + after + " بعد همهٔ آنچه از آنِ حساب است می‌رود؛ تنها " +
				"شمارهٔ گفتگوهایی که در آن‌ها بوده‌اید، با آنچه مدیرانشان یادداشت کرده‌اند، شمارهٔ کسانی که " +
				"مسدود کرده بودید، و شمار کسانی که با دعوت‌هایتان آمدند می‌ماند، و نام کاربری یک ماه پس از آن " +
				"می‌رود. نوشته‌های شما پیش دیگران می‌ماند، مگر آن‌که حذفشان را هم خواسته باشید؛ نامی که " +
				"دیگران به شما داده‌اند، گزارش‌ها، و پشتیبان‌ها تا وقتی جایگزین شوند هم می‌مانند.",
			beside: "بیرون از پایگاه داده", kept: "تا کی", columns: "جزئیات",
		}
	}
	return dataWords{
		title: "What this server stores",
		lead: "What, why, and for how long. This page is made from the schema of the database itself; nothing is " +
			"in there that is not told here.",
		notice: "No chat is encrypted end to end yet: everything below can technically be read by whoever runs " +
			"the server, and by whoever has a backup of it. What your own devices keep is on those devices " +
			"alone, and not on this page.",
		leaving: "When you delete your account, everything of it goes " + after + " later, but the numbers of " +
			"the chats you were in, with what their staff noted, and of whom you blocked, and how many came by " +
			"your invitations; the username goes a month after that. What you wrote to others stays with them " +
			"unless you wish it deleted too, and so do names that others gave you, reports, and backups until " +
			"they are replaced.",
		beside: "Beside the database", kept: "How long", columns: "Details",
	}
}

// longFor says a time in the largest unit in which it is whole.
func longFor(lang string, d time.Duration) string {
	units := []struct {
		long   time.Duration
		en, fa string
	}{{24 * time.Hour, "day", "روز"}, {time.Hour, "hour", "ساعت"}, {time.Minute, "minute", "دقیقه"}}
	n, en, fa := d/time.Second, "second", "ثانیه"
	for _, u := range units {
		if d%u.long == 0 {
			n, en, fa = d/u.long, u.en, u.fa
			break
		}
	}
	if lang == "fa" {
		return pageNumber(lang, int(n)) + " " + fa
	}
	if n != 1 {
		en += "s"
	}
	return fmt.Sprintf("%d %s", n, en)
}

// besideData is something that a server keeps outside of the database, or in memory alone.
type besideData struct {
	what, why, kept string
	faWhat, faWhy   string
	faKept          string
	shown           string // the test that shows it, for the document
}

// besides accounts for all of it.
func besides() []besideData {
	return append([]besideData{
		{
			what: "network addresses", why: "limits on guessing and flooding",
			kept:   "in memory, while a limit counts; never stored, never logged",
			faWhat: "نشانی‌های شبکه", faWhy: "جلوگیری از حدس زدن و سیل درخواست",
			faKept: "در حافظه، تا وقتی شمرده می‌شود؛ هرگز نگه داشته یا ثبت نمی‌شود",
		},
		{
			what: "how many strangers each account, and each network, has looked up",
			why:  "limits on going through names",
			kept: "through restarts, until the allowance has grown back; of a network 16 bits of a keyed hash, " +
				"which some 65,000 others share, and no address",
			faWhat: "هر حساب و هر شبکه چند غریبه را جست‌وجو کرده است", faWhy: "جلوگیری از گشتن در نام‌ها",
			faKept: "تا وقتی سهم دوباره پر شود، حتی پس از راه‌اندازی دوباره؛ از شبکه تنها ۱۶ بیت از یک هش " +
				"کلیددار که نزدیک ۶۵٬۰۰۰ شبکهٔ دیگر هم همان را دارند، بی نشانی",
		},
		{
			what: "from which network a newcomer asked who waits for the operator",
			why:  "no network fills the queue",
			kept: "while they wait, 14 days at most: 16 bits of a keyed hash, which some hundreds of others share, " +
				"and no address",
			faWhat: "تازه‌واردی که در انتظار گرداننده است از کدام شبکه آمده",
			faWhy:  "یک شبکه صف را پر نکند",
			faKept: "تا وقتی منتظر است، دست بالا ۱۴ روز: ۱۶ بیت از یک هش کلیددار که چند صد شبکهٔ دیگر هم همان را " +
				"دارند، بی نشانی",
		},
		{
			what: "who is online, who types", why: "showing it to those who may see it",
			kept:   "in memory, while it is so",
			faWhat: "چه کسی آنلاین است یا می‌نویسد", faWhy: "نشان دادن به کسانی که اجازهٔ دیدنش را دارند",
			faKept: "در حافظه، تا وقتی چنین است",
		},
		{
			what: "the index of messages, a file of its own",
			why:  "finding messages by their words, and public chats by theirs",
			kept: "as long as the messages; what is edited or deleted leaves it within seconds. It holds each " +
				"message's words, folded, its time and its author, and is in no backup",
			faWhat: "نمایهٔ پیام‌ها، در پرونده‌ای جدا",
			faWhy:  "پیدا کردن پیام‌ها با واژه‌هایشان، و گفتگوهای عمومی با نام و عنوانشان",
			faKept: "تا وقتی پیام‌ها هستند؛ آنچه ویرایش یا حذف شود چند ثانیه بعد از آن می‌رود. واژه‌های " +
				"ساده‌شدهٔ هر پیام، زمان و نویسنده‌اش در آن است و در هیچ نسخهٔ پشتیبانی نیست",
			shown: "../internal/store/sqlite/index_test.go#TestTextTakenOutOfTheIndexLeavesTheDisk",
		},
		{
			what: "who searches, or turns pages of the public chats, how often", why: "limits on both",
			kept:   "in memory, while a limit counts; what is searched for is neither stored nor logged",
			faWhat: "هر کس چند بار جست‌وجو می‌کند یا فهرست گفتگوهای عمومی را ورق می‌زند",
			faWhy:  "اندازه نگه داشتن در هر دو",
			faKept: "در حافظه، تا وقتی شمرده می‌شود؛ آنچه جست‌وجو می‌کنید نه نگه داشته می‌شود و نه ثبت",
		},
	}, besidesOfServing()...)
}

// besidesOfServing is what running a server leaves, rather than what people do.
func besidesOfServing() []besideData {
	return []besideData{
		{
			what: "the log of the program", why: "finding faults",
			kept:   "as the system keeps it; it holds no content, no names and no addresses",
			faWhat: "گزارش کار برنامه", faWhy: "پیدا کردن خطا",
			faKept: "آن‌گونه که سیستم نگه می‌دارد؛ نه محتوایی در آن است، نه نامی و نه نشانی‌ای",
			shown:  "../internal/testenv/script_test.go#TestConversationsGoTheSameWayEverywhere",
		},
		{
			what: "nightly backups", why: "nothing is lost with a disk",
			kept: "`backup.keep` nights, seven unless set otherwise; what was deleted since is still in them " +
				"until then",
			faWhat: "پشتیبان‌های شبانه", faWhy: "با خراب شدن دیسک چیزی از دست نرود",
			faKept: "به شمار شب‌های `backup.keep`، اگر گرداننده چیز دیگری نگفته باشد هفت شب؛ آنچه از آن پس حذف " +
				"شده است تا آن زمان هنوز در آن‌هاست",
		},
		{
			what: "the terms and rules, every version", why: "people can read what was in force",
			kept:   "as long as the server",
			faWhat: "شرایط و قاعده‌ها، همهٔ نسخه‌ها", faWhy: "بتوان خواند که چه قاعده‌ای جاری بوده است",
			faKept: "تا وقتی سرور هست",
		},
		{
			what: "how much each account stored today", why: "nobody fills the disk",
			kept:   "in memory, for the day",
			faWhat: "هر حساب امروز چه اندازه نگه داشته است", faWhy: "کسی دیسک را پر نکند",
			faKept: "در حافظه، همان روز",
		},
		{
			what: "settings and keys of certificates", why: "running the server",
			kept:   "as long as the server",
			faWhat: "تنظیم‌ها و کلیدهای گواهی", faWhy: "کار کردن سرور",
			faKept: "تا وقتی سرور هست",
		},
		{
			what: "counts for `/metrics`", why: "seeing load",
			kept:   "in memory; they tell of no person and no chat",
			faWhat: "شمارش‌های `/metrics`", faWhy: "دیدن بار سرور",
			faKept: "در حافظه؛ از هیچ کس و هیچ گفتگویی چیزی نمی‌گویند",
		},
	}
}

// DataBeside is what a server keeps beside the database, as a table in Markdown.
func DataBeside() string {
	var b strings.Builder
	b.WriteString("| what | why | how long |\n|---|---|---|\n")
	for _, d := range besides() {
		kept := d.kept
		if d.shown != "" {
			kept += " ([shown here](" + d.shown + "))"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", d.what, d.why, kept)
	}
	return b.String()
}
