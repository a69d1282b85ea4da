// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zolal-im/zolal/internal/store/sqlite"
)

const dataPath = "/data"

// serveData shows what the server stores, why and for how long. It is made of the same lists as docs/data.md,
// so neither can say what the other does not.
func (s *Server) serveData(w http.ResponseWriter, r *http.Request) {
	lang := pageLanguage(r)
	words := wordsOfData(lang, s.cfg.DeletesIn)
	var b strings.Builder
	b.WriteString("<h1>" + words.title + "</h1>\n<p>" + words.lead + "</p>\n" +
		"<p class=\"notice\">" + words.notice + "</p>\n<p>" + words.leaving + "</p>\n")
	for _, g := range sqlite.StoredData(lang) {
		b.WriteString("<h2>" + sentence(g.Title) + "</h2>\n")
		for _, t := range g.Tables {
			b.WriteString(storedTable(words, t))
		}
	}
	b.WriteString("<h2>" + words.beside + "</h2>\n")
	for _, d := range besides() {
		what, why, kept := d.what, d.why, d.kept
		if lang == "fa" {
			what, why, kept = d.faWhat, d.faWhy, d.faKept
		}
		b.WriteString("<article><h3>" + sentence(what) + "</h3>\n<p>" + sentence(why) + "</p>\n" +
			keptLine(words, kept) + "</article>\n")
	}
	s.servePage(w, r, sheet{title: words.title, body: template.HTML(b.String())})
}

// storedTable writes a table with its columns folded away.
func storedTable(words dataWords, t sqlite.StoredTable) string {
	var b strings.Builder
	b.WriteString("<article><h3>" + sentence(t.Why) + "</h3>\n" + keptLine(words, t.Kept) +
		"<details><summary>" + words.columns + " · <code dir=\"ltr\">" + template.HTMLEscapeString(t.Name) +
		"</code></summary>\n<dl>\n")
	for _, c := range t.Columns {
		b.WriteString("<dt><code dir=\"ltr\">" + template.HTMLEscapeString(c.Name) + "</code></dt><dd>" +
			sentence(c.What) + "</dd>\n")
	}
	b.WriteString("</dl></details></article>\n")
	return b.String()
}

func keptLine(words dataWords, kept string) string {
	return "<p class=\"muted\">" + words.kept + ": " + marked(kept) + "</p>\n"
}

// sentence begins a phrase with a capital letter.
func sentence(text string) string {
	first, n := utf8.DecodeRuneInString(text)
	return marked(string(unicode.ToUpper(first)) + text[n:])
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// marked writes a phrase as HTML, with names of the program set apart.
func marked(text string) string {
	return codeSpan.ReplaceAllString(template.HTMLEscapeString(text), `<code dir="ltr">$1</code>`)
}
