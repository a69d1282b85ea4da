// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

const termsPath = "/terms"

// termsWords are what the page says around a text.
type termsWords struct {
	title, changesTitle, inForce, coming, past, compared, versions, read, changed, missing,
	reasons string
}

func wordsOfTerms(lang string) termsWords {
	if lang == "fa" {
		return termsWords{
			title: "شرایط استفاده و قاعده‌ها", changesTitle: "تفاوت‌های نسخهٔ %s با نسخهٔ %s",
			inForce: "نسخهٔ %s، جاری از %s", coming: "نسخهٔ %s از %s جاری می‌شود",
			past: "نسخهٔ %s، جاری از %s تا %s", compared: "تفاوت‌ها", versions: "همهٔ نسخه‌ها",
			read: "خواندن", changed: "منتشرشده در %s",
			missing: "چنین نسخه‌ای نیست", reasons: "دلیل‌های تصمیم‌های گرداننده",
		}
	}
	return termsWords{
		title: "Terms of use and rules", changesTitle: "What version %s changes in version %s",
		inForce: "Version %s, in force since %s", coming: "Version %s takes effect on %s",
		past: "Version %s, in force from %s to %s", compared: "What changes", versions: "All versions",
		read: "Read", changed: "published on %s", missing: "There is no such version",
		reasons: "Reasons of the operator’s decisions",
	}
}

// serveTerms shows the terms in force, another version, or what a version changed in the one before.
func (s *Server) serveTerms(w http.ResponseWriter, r *http.Request) {
	lang := pageLanguage(r)
	words, all := wordsOfTerms(lang), s.terms.list()
	now, next := s.terms.inForce()
	shown := now
	if asked := r.URL.Query().Get("version"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 1 || n > len(all) {
			s.servePage(w, r, sheet{http.StatusNotFound, words.missing,
				template.HTML("<h1>" + words.missing + "</h1>")})
			return
		}
		shown = all[n-1]
	}
	var b strings.Builder
	title := words.title
	if r.URL.Query().Has("changes") && shown.Version > 1 {
		title = fmt.Sprintf(words.changesTitle, pageNumber(lang, shown.Version), pageNumber(lang, shown.Version-1))
		b.WriteString("<h1>" + template.HTMLEscapeString(title) + "</h1>\n")
		b.WriteString(termsStanding(lang, all, shown, now))
		before := passages(all[shown.Version-2].Text[lang])
		b.WriteString(string(changes(before, passages(shown.Text[lang]))))
	} else {
		if next.Version != 0 && shown.Version == now.Version {
			fmt.Fprintf(&b, "<p class=\"notice\">%s · <a href=\"%s\">%s</a></p>\n",
				fmt.Sprintf(words.coming, pageNumber(lang, next.Version), termsDate(lang, next.Since)),
				termsHref(lang, next.Version, true), words.compared)
		}
		b.WriteString(termsStanding(lang, all, shown, now))
		b.WriteString(string(prose(passages(shown.Text[lang]))))
		b.WriteString(termsReasons(lang))
	}
	b.WriteString(termsVersions(lang, all, now))
	s.servePage(w, r, sheet{title: title, body: template.HTML(b.String())})
}

// termsStanding says when a version was, is or will be in force.
func termsStanding(lang string, all []TermsVersion, v, now TermsVersion) string {
	words := wordsOfTerms(lang)
	number, since := pageNumber(lang, v.Version), termsDate(lang, v.Since)
	text := fmt.Sprintf(words.inForce, number, since)
	switch {
	case v.Version > now.Version:
		text = fmt.Sprintf(words.coming, number, since)
	case v.Version < now.Version:
		text = fmt.Sprintf(words.past, number, since, termsDate(lang, all[v.Version].Since))
	}
	published := fmt.Sprintf(words.changed, termsDate(lang, v.Published))
	return "<p class=\"muted\">" + text + " · " + published + "</p>\n"
}

// termsReasons is the list that decisions take their reasons from. It is the program's, and has no versions.
//
// REP-4
func termsReasons(lang string) string {
	var b strings.Builder
	b.WriteString("<h2>" + wordsOfTerms(lang).reasons + "</h2>\n<ul>\n")
	for _, c := range chat.Causes() {
		if !c.Decision {
			continue
		}
		text := c.English
		if lang == "fa" {
			text = c.Persian
		}
		fmt.Fprintf(&b, "<li>%s · <code dir=\"ltr\">%s</code></li>\n", template.HTMLEscapeString(text), c.Code)
	}
	b.WriteString("</ul>\n")
	return b.String()
}

// termsVersions lists every version, the newest first.
func termsVersions(lang string, all []TermsVersion, now TermsVersion) string {
	if len(all) == 1 {
		return ""
	}
	words := wordsOfTerms(lang)
	var b strings.Builder
	b.WriteString("<footer><h2>" + words.versions + "</h2>\n<ul>\n")
	for _, v := range slices.Backward(all) {
		text := fmt.Sprintf(words.inForce, pageNumber(lang, v.Version), termsDate(lang, v.Since))
		if v.Version > now.Version {
			text = fmt.Sprintf(words.coming, pageNumber(lang, v.Version), termsDate(lang, v.Since))
		}
		fmt.Fprintf(&b, "<li>%s · <a href=\"%s\">%s</a>", text, termsHref(lang, v.Version, false), words.read)
		if v.Version > 1 {
			fmt.Fprintf(&b, " · <a href=\"%s\">%s</a>", termsHref(lang, v.Version, true), words.compared)
		}
		b.WriteString("</li>\n")
	}
	b.WriteString("</ul></footer>\n")
	return b.String()
}

func termsHref(lang string, version int, compared bool) string {
	href := fmt.Sprintf("%s?lang=%s&amp;version=%d", termsPath, lang, version)
	if compared {
		href += "&amp;changes"
	}
	return href
}

func termsDate(lang string, at time.Time) string {
	return fmt.Sprintf("<time datetime=\"%s\">%s</time>", at.UTC().Format(time.DateOnly), pageDate(lang, at))
}
