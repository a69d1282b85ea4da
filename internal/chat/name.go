// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"slices"
	"strings"
)

// FoldName returns the form in which public names are compared: without a leading @, in small letters.
func FoldName(name string) string { return strings.ToLower(strings.TrimPrefix(name, "@")) }

// CheckName reports whether a name may be the public name of a person or a chat: 5 to 32 Latin letters,
// digits and underscores, beginning with a letter, with no underscore at the end and no two in a row. It
// fails with CodeNameInvalid, and with CodeNameTaken where the name is reserved, in itself or by its look.
func CheckName(name string) error {
	switch {
	case len(name) < MinName || len(name) > MaxName:
		return fieldError(CodeNameInvalid, "name", "a name has 5 to 32 characters")
	case !latin(rune(name[0])):
		return fieldError(CodeNameInvalid, "name", "a name begins with a letter")
	case strings.ContainsFunc(name, func(r rune) bool { return !word(r) }):
		return fieldError(CodeNameInvalid, "name", "a name has letters, digits and underscores")
	case strings.HasSuffix(name, "_") || strings.Contains(name, "__"):
		return fieldError(CodeNameInvalid, "name", "a name has no two underscores in a row, and none at its end")
	case Reserved(name):
		return fieldError(CodeNameTaken, "name", "the name is reserved")
	}
	return nil
}

// reserved are the names that would pass for the server, its staff, or the messenger people come from.
var reserved = [...]string{
	"zolal", "telegram", "admin", "admins", "administrator", "moderator", "operator", "support", "help",
	"helpdesk", "service", "services", "system", "server", "root", "security", "official", "verified",
	"staff", "owner", "abuse", "postmaster", "webmaster", "hostmaster", "noreply", "mailer", "daemon",
	"everyone", "channel", "group", "saved", "settings", "contact", "contacts", "about", "login", "signin",
	"signup", "logout", "invite", "joinchat", "addstickers", "proxy", "share", "setup", "static", "assets",
	"metrics", "health", "feeds", "account", "accounts", "username", "deleted", "anonymous", "nobody",
	"null", "undefined", "telegramsupport", "zolalsupport", "zolalteam", "zolalnews", "telegramtips",
}

// Reserved reports whether nobody may take a name: it is reserved or looks like one that is, or it ends in
// "bot", which tells people that no human answers.
func Reserved(name string) bool {
	folded := FoldName(name)
	if strings.HasSuffix(folded, "bot") {
		return true
	}
	look := Skeleton(folded)
	return slices.ContainsFunc(reserved[:], func(r string) bool { return Skeleton(r) == look })
}

// looks replaces what looks alike by one of its class: "rn" like m, "vv" like w; 0 like o; 1 and i like l;
// 5 like s. It stops there: digits that people tell themselves apart by (years, numbers) stay apart.
var looks = strings.NewReplacer("rn", "m", "vv", "w", "0", "o", "1", "l", "i", "l", "5", "s")

// Skeleton returns the class of names that look like a name. Of one class only one name is given out, so
// that nobody passes for another: paypal, paypa1 and Pay_PaI are one class. Underscores are seen past.
func Skeleton(name string) string {
	return looks.Replace(strings.ReplaceAll(FoldName(name), "_", ""))
}
