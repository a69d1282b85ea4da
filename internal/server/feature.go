// SPDX-License-Identifier: AGPL-3.0-or-later

package server

// How far a feature is.
const (
	MarkStable       = "stable"       // stays as it is through upgrades
	MarkBeta         = "beta"         // whole but young: may change in how it works, and loses nothing
	MarkExperimental = "experimental" // may change or go with any version
)

// Feature is something that people can do, and how far it is.
type Feature struct {
	Code             string
	Mark             string
	English, Persian string
}

// Features lists them all: for the document, for /.well-known/zolal, and for the app, which shows those that
// are not stable.
func Features() []Feature {
	return []Feature{
		{"chats", MarkStable, "Direct chats, groups and channels", "گفتگوی دونفره، گروه و کانال"},
		{"messages", MarkStable, "Replies, quotes, edits, deletions, reactions, forwards and pins",
			"پاسخ، نقل‌قول، ویرایش، حذف، واکنش، هدایت و سنجاق"},
		{"offline", MarkStable, "Reading and writing without a network", "خواندن و نوشتن بدون شبکه"},
		{"devices", MarkStable, "Several devices, and a recovery code", "چند دستگاه، و کد بازیابی"},
		{"backups", MarkStable, "Nightly backups, and restoring them", "پشتیبان‌گیری شبانه و بازگرداندن آن"},
		{"protocol", MarkStable, "The protocol for other programs", "پروتکل برای برنامه‌های دیگر"},
		{"media", MarkBeta, "Photos, videos, GIFs, files and voice messages",
			"عکس، ویدئو، گیف، پرونده و پیام صوتی"},
		{"search", MarkBeta, "Searching messages", "جست‌وجو در پیام‌ها"},
		{"previews", MarkBeta, "Previews of links", "پیش‌نمایش پیوندها"},
		{"directory", MarkBeta, "The directory of public groups and channels",
			"فهرست گروه‌ها و کانال‌های عمومی"},
		{"import", MarkBeta, "Importing channels and groups from Telegram", "درون‌ریزی کانال و گروه از تلگرام"},
		{"push", MarkBeta, "Notifications while the app is closed", "اعلان، وقتی برنامه بسته است"},
		{"people", MarkBeta, "Personal links, contacts and groups in common",
			"پیوند شخصی، مخاطبان و گروه‌های مشترک"},
		{"signup", MarkBeta, "Sign-up by invitation", "ثبت‌نام با دعوت"},
		{"security", MarkBeta, "Notices of new devices, and a second factor", "خبر دستگاه تازه، و عامل دوم"},
		{"deletion", MarkBeta, "Deleting an account", "حذف حساب"},
		{"passkeys", MarkBeta, "Passkeys", "کلید عبور"},
		{"reports", MarkBeta, "Reports, decisions and appeals", "گزارش، تصمیم و اعتراض"},
		{"terms", MarkBeta, "Terms and rules in versions", "شرایط و قاعده‌های نسخه‌دار"},
		{"feedback", MarkBeta, "Feedback, and its public list", "بازخورد، و فهرست همگانی آن"},
		{"status", MarkBeta, "Status and alarms for the operator", "وضعیت و هشدار برای گرداننده"},
		{"organisation", MarkExperimental, "Sign-in by the provider of an organisation",
			"ورود با سامانهٔ سازمان"},
		{"review", MarkExperimental, "Sign-up that the operator approves", "ثبت‌نام با تأیید گرداننده"},
		{"client", MarkExperimental, "The Go client as a library", "کتابخانهٔ Go برای برنامه‌نویسان"},
	}
}
