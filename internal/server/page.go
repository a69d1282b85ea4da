// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	_ "embed" // of the style
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Pages are read without the app and without a script: by whoever has no account yet, and by search engines.

//go:embed page.css
var pageStyle []byte

const stylePath = "/page.css"

// pageShell is the frame of every page.
type pageShell struct {
	Lang, Dir, Title, Server string
	Other                    pageLink // the same page in the other language
	Home                     string   // word for the way to the app
	Body                     template.HTML
}

type pageLink struct{ Href, Text, Lang string }

var shellTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.Lang}}" dir="{{.Dir}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}} · {{.Server}}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
</head>
<body>
<header><a href="/">{{.Home}}</a>` +
	`<a href="{{.Other.Href}}" lang="{{.Other.Lang}}" hreflang="{{.Other.Lang}}">{{.Other.Text}}</a></header>
<main>
{{.Body}}
</main>
</body>
</html>
`))

// pageLanguage is the language that a reader asks for, by the address or by the browser.
func pageLanguage(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); slices.Contains(termsLanguages(), lang) {
		return lang
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
		if slices.Contains(termsLanguages(), tag) {
			return tag
		}
	}
	return termsLanguages()[0]
}

// sheet is what a page says inside the frame.
type sheet struct {
	status int // of the answer; 0: 200
	title  string
	body   template.HTML
}

// servePage writes a page.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request, p sheet) {
	lang := pageLanguage(r)
	name := s.cfg.Name
	shell := pageShell{Lang: lang, Dir: "ltr", Title: p.title, Server: name, Home: name, Body: p.body}
	other := "fa"
	shell.Other = pageLink{Text: "فارسی", Lang: other}
	if lang == "fa" {
		other = "en"
		shell.Dir, shell.Other = "rtl", pageLink{Text: "English", Lang: other}
	}
	query := r.URL.Query()
	query.Set("lang", other)
	shell.Other.Href = r.URL.Path + "?" + query.Encode()
	s.app.guard(w.Header(), false)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", lang)
	w.Header().Set("Vary", "Accept-Language")
	w.Header().Set("Cache-Control", "no-cache")
	if p.status != 0 {
		w.WriteHeader(p.status)
	}
	_ = shellTemplate.Execute(w, shell) // the reader went away: there is nobody to tell
}

// serveStyle writes in the app's letters: whoever opens a page may have them already, or will with the app.
func (s *Server) serveStyle(w http.ResponseWriter, _ *http.Request) {
	s.app.guard(w.Header(), false)
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(slices.Concat(pageStyle, s.app.fonts)) // the reader went away: there is nobody to tell
}

// pageDate writes a day as the readers of a language do.
func pageDate(lang string, at time.Time) string {
	if lang != "fa" {
		return at.UTC().Format("2 January 2006")
	}
	y, m, d := jalali(at.UTC())
	months := [...]string{"فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر",
		"دی", "بهمن", "اسفند"}
	return pageNumber(lang, d) + " " + months[m-1] + " " + pageNumber(lang, y)
}

// pageNumber writes a number in the digits of a language.
func pageNumber(lang string, n int) string {
	text := strconv.Itoa(n)
	if lang != "fa" {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '۰'
		}
		return r
	}, text)
}

// jalali is the date of the Iranian calendar, by the rule of 33 years, which holds from 1178 to 1633 of it.
func jalali(at time.Time) (year, month, day int) {
	// Days since the first of Farvardin 1178, which was the 21st of March 1799.
	days := int(at.Truncate(24*time.Hour).Sub(time.Date(1799, 3, 21, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
	year = 1178
	for {
		length := 365
		if leapJalali(year) {
			length = 366
		}
		if days < length {
			break
		}
		days -= length
		year++
	}
	for month = 1; ; month++ {
		length := 30
		if month <= 6 {
			length = 31
		}
		if days < length || month == 12 {
			return year, month, days + 1
		}
		days -= length
	}
}

// leapJalali reports whether a year has 366 days.
func leapJalali(year int) bool {
	return slices.Contains([]int{1, 5, 9, 13, 17, 22, 26, 30}, year%33)
}
