// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// termsServer is a server whose clock a test holds.
func termsServer(t *testing.T, dir string) (*Server, *atomic.Int64) {
	t.Helper()
	ahead := new(atomic.Int64)
	begun := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	return quietServer(t, func(c *Config) {
		c.Data, c.Name = dir, "<b>Spring</b>"
		c.Now = func() time.Time { return begun.Add(time.Duration(ahead.Load())) }
	}), ahead
}

func starter(t *testing.T, lang string) string {
	t.Helper()
	raw, err := starterTerms.ReadFile("terms/" + lang + ".md")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// ADMIN-2
func TestAChangeOfTheTermsIsReadWithItsDifferencesThirtyDaysBeforeItTakesEffect(t *testing.T) {
	s, ahead := termsServer(t, t.TempDir())
	for _, name := range []string{"the_operator", "parvaneh"} {
		if _, err := s.addUser(t.Context(), AddUser{Username: name}); err != nil {
			t.Fatal(err)
		}
	}
	_, first := page(t, s, "/terms?lang=en")
	if !strings.Contains(first, "Version 1, in force since") ||
		!strings.Contains(first, "<h2>Your account</h2>") {
		t.Errorf("the first version is shown as\n%s", first)
	}
	english := strings.Replace(starter(t, "en"), "Do not pose as another person",
		"Never pose as another being", 1)
	v, err := s.publishTerms(t.Context(), PublishTerms{Persian: starter(t, "fa"), English: english})
	if err != nil || v.Version != 2 || v.Since.Sub(v.Published) != termsNotice {
		t.Fatalf("published %+v, %v", v, err)
	}
	again, err := s.publishTerms(t.Context(), PublishTerms{Persian: starter(t, "fa"), English: english})
	if err != nil || again.Version != 2 {
		t.Errorf("published twice it is %+v, %v", again, err)
	}
	_, now := page(t, s, "/terms?lang=en")
	if !strings.Contains(now, "Do not pose") || strings.Contains(now, "Never pose") ||
		!strings.Contains(now, `Version 2 takes effect on <time datetime="2026-12-23">23 December 2026</time>`) {
		t.Errorf("while it is announced the page is\n%s", now)
	}
	_, differ := page(t, s, "/terms?lang=en&version=2&changes")
	if !strings.Contains(differ, "<del>Do not</del> <ins>Never</ins> pose as another <del>person,</del> "+
		"<ins>being,</ins> a group") || strings.Count(differ, "<del>") != 2 {
		t.Errorf("the differences are\n%s", differ)
	}
	if i := s.terms.info(); i.Version != 1 || i.NextVersion != 2 || i.NextSinceMs != v.Since.UnixMilli() {
		t.Errorf("clients are told %v", i)
	}
	ahead.Store(int64(termsNotice) - 1)
	if i := s.terms.info(); i.Version != 1 {
		t.Errorf("a moment before, clients are told %v", i)
	}
	ahead.Store(int64(termsNotice))
	if i := s.terms.info(); i.Version != 2 || i.NextVersion != 0 {
		t.Errorf("thirty days later clients are told %v", i)
	}
	_, later := page(t, s, "/terms?lang=en")
	_, old := page(t, s, "/terms?lang=en&version=1")
	if !strings.Contains(later, "Never pose") || !strings.Contains(old, "Do not pose") ||
		!strings.Contains(old, "Version 1, in force from") {
		t.Errorf("thirty days later the page is\n%s\nand that of the first version\n%s", later, old)
	}
}

// REP-4
func TestTheReasonsOfDecisionsArePublishedBelowTheTerms(t *testing.T) {
	s, _ := termsServer(t, t.TempDir())
	for lang, text := range map[string]func(chat.Cause) string{
		"fa": func(c chat.Cause) string { return c.Persian }, "en": func(c chat.Cause) string { return c.English },
	} {
		_, shown := page(t, s, "/terms?lang="+lang)
		for _, c := range chat.Causes() {
			line := "<li>" + text(c) + " · <code dir=\"ltr\">" + c.Code + "</code></li>"
			if strings.Contains(shown, line) != c.Decision {
				t.Errorf("in %s the page has a line of %s: %t", lang, c.Code, !c.Decision)
			}
		}
	}
}

func TestWhileNobodyIsBoundTermsTakeEffectAtOnce(t *testing.T) {
	s, _ := termsServer(t, t.TempDir())
	if _, err := s.addUser(t.Context(), AddUser{Username: "the_operator"}); err != nil {
		t.Fatal(err)
	}
	v, err := s.publishTerms(t.Context(), PublishTerms{Persian: "# شرایط", English: "# Ours"})
	if err != nil || !v.Since.Equal(v.Published) || s.terms.info().Version != 2 {
		t.Errorf("published %+v, %v; clients are told %v", v, err, s.terms.info())
	}
}

func TestTermsOutliveARestartAndTravelInBackups(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	cfg := Default()
	cfg.Data, cfg.Listen, cfg.Backup.Keep, cfg.Disk = dir, "127.0.0.1:0", 0, DiskConfig{}
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ours := PublishTerms{Persian: "# شرایط ما", English: "# Ours"}
	if _, err := s.publishTerms(t.Context(), ours); err != nil {
		t.Fatal(err)
	}
	made, err := s.backupNow(t.Context(), BackupNow{Out: filepath.Join(t.TempDir(), "zolal.tar.zst")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	cfg.Data = filepath.Join(t.TempDir(), "restored")
	if _, err := Restore(t.Context(), made.File, cfg, false); err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{dir, cfg.Data} {
		back, _ := termsServer(t, data)
		if _, body := page(t, back, "/terms?version=2"); !strings.Contains(body, "<h1>شرایط ما</h1>") {
			t.Errorf("it shows\n%s", body)
		}
	}
}

func TestTermsThatAreNoTextAreRefused(t *testing.T) {
	s, _ := termsServer(t, t.TempDir())
	for q, code := range map[PublishTerms]chat.Code{
		{Persian: " \n", English: "x"}:                             chat.CodeBadText,
		{Persian: "x", English: "\xff"}:                            chat.CodeBadText,
		{Persian: "x", English: strings.Repeat("long ", maxTerms)}: chat.CodeTextTooLong,
	} {
		if _, err := s.publishTerms(t.Context(), q); chat.CodeOf(err) != code {
			t.Errorf("%.20q: %v", q.Persian+q.English, err)
		}
	}
	if len(s.terms.list()) != 1 {
		t.Error("something was published")
	}
}

func TestNothingThatIsPublishedBecomesMarkup(t *testing.T) {
	s, _ := termsServer(t, t.TempDir())
	evil := "# <script>x</script>\n\n- <i onclick=x>y</i>\n\n<b>z</b> & more"
	if _, err := s.publishTerms(t.Context(), PublishTerms{Persian: evil, English: evil}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/terms?lang=en", "/terms?lang=en&version=2&changes",
		"/terms?lang=en&version=9", `/terms?lang=%22%3E%3Cscript%3E`} {
		status, body := page(t, s, path)
		for _, bad := range []string{"<script", "<i ", "<b>"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s (%d) holds %s:\n%s", path, status, bad, body)
			}
		}
	}
	if status, _ := page(t, s, "/terms?version=9"); status != 404 {
		t.Errorf("a version that is not there answers %d", status)
	}
}

func TestAPageComesInTheLanguageOfItsReader(t *testing.T) {
	s, _ := termsServer(t, t.TempDir())
	_, persian := page(t, s, "/terms")
	_, english := page(t, s, "/terms?lang=en")
	if !strings.Contains(persian, `<html lang="fa" dir="rtl">`) || !strings.Contains(persian, "۲ آذر ۱۴۰۵") ||
		!strings.Contains(persian, `href="/terms?lang=en"`) {
		t.Errorf("in Persian it is\n%s", persian)
	}
	if !strings.Contains(english, `<html lang="en" dir="ltr">`) ||
		!strings.Contains(english, "23 November 2026") {
		t.Errorf("in English it is\n%s", english)
	}
	if !strings.Contains(english, "&lt;b&gt;Spring&lt;/b&gt;") {
		t.Errorf("the name of the server is not shown:\n%s", english)
	}
}

func TestAVersionThatWasCutShortIsNotThere(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, termsDir, ".new")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "fa.md"), []byte("# half"), 0o600); err != nil {
		t.Fatal(err)
	}
	book, err := openTerms(dir, time.Now)
	if err != nil || len(book.list()) != 1 || strings.Contains(book.list()[0].Text["fa"], "half") {
		t.Fatalf("%+v, %v", book, err)
	}
	if err := os.Remove(filepath.Join(dir, termsDir, "1", "en.md")); err != nil {
		t.Fatal(err)
	}
	if _, err := openTerms(dir, time.Now); err == nil || !strings.Contains(err.Error(), "en.md is missing") {
		t.Errorf("a version that lost a file: %v", err)
	}
}

func TestDaysOfTheIranianCalendar(t *testing.T) {
	for day, want := range map[string]string{
		"2026-11-23": "1405-9-2", "2026-03-21": "1405-1-1", "2025-03-20": "1403-12-30", "2025-03-21": "1404-1-1",
		"2024-03-20": "1403-1-1", "2021-03-20": "1399-12-30", "1979-02-11": "1357-11-22",
		"2000-01-01": "1378-10-11",
		"2030-03-20": "1408-12-30", "2063-03-21": "1442-1-1",
	} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		y, m, d := jalali(at.Add(13 * time.Hour))
		if got := fmt.Sprintf("%d-%d-%d", y, m, d); got != want {
			t.Errorf("%s is %s, not %s", day, got, want)
		}
	}
}

func TestWhatTwoTextsShareIsFound(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"a b c", "a b c", "a b c"},
		{"a b c", "a x c", "a <del>b</del> <ins>x</ins> c"},
		{"a b c", "c", "<del>a b</del> c"},
		{"", "a b", "<ins>a b</ins>"},
		{"a b", "", "<del>a b</del>"},
		{"x a b y a", "a b a z", "<del>x</del> a b <del>y</del> a <ins>z</ins>"},
	} {
		if got := wordChanges(c.before, c.after); got != c.want {
			t.Errorf("%q to %q is %q, want %q", c.before, c.after, got, c.want)
		}
	}
}
