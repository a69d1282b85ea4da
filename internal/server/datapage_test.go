// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/store/sqlite"
)

func TestEverybodyReadsWhatIsStored(t *testing.T) {
	s := quietServer(t, func(*Config) {})
	for _, lang := range []string{"fa", "en"} {
		status, text := page(t, s, "/data?lang="+lang)
		if status != 200 || !strings.Contains(text, `<html lang="`+lang+`"`) ||
			!strings.Contains(text, "<h1>"+wordsOfData(lang, 0).title+"</h1>") {
			t.Fatalf("in %s it is %d:\n%s", lang, status, text)
		}
		tables := 0
		for _, g := range sqlite.StoredData(lang) {
			for _, table := range g.Tables {
				tables++
				_, part, found := strings.Cut(text, "<code dir=\"ltr\">"+table.Name+"</code></summary>")
				part, _, _ = strings.Cut(part, "</details>")
				for _, c := range table.Columns {
					if !found || !strings.Contains(part, "<dt><code dir=\"ltr\">"+c.Name+"</code></dt><dd>") {
						t.Errorf("in %s the page says nothing of %s.%s", lang, table.Name, c.Name)
					}
				}
			}
		}
		if tables < 30 {
			t.Errorf("in %s there are %d tables", lang, tables)
		}
		for _, d := range besides() {
			what := d.what
			if lang == "fa" {
				what = d.faWhat
			}
			if what == "" || !strings.Contains(text, "<h3>"+sentence(what)+"</h3>") {
				t.Errorf("in %s the page says nothing of %q", lang, d.what)
			}
		}
	}
	for _, d := range besides() {
		said := strings.Contains(DataBeside(), "| "+d.what+" | "+d.why+" | "+d.kept)
		if !said || d.faWhy == "" || d.faKept == "" {
			t.Errorf("the document does not say it, or Persian does not: %q", d.what)
		}
	}
}

func TestThePageOfWhatIsStoredSaysHowLongThisServerKeepsAnAccount(t *testing.T) {
	for after, want := range map[time.Duration][2]string{
		7 * 24 * time.Hour: {"goes 7 days later", "۷ روز بعد"}, 24 * time.Hour: {"goes 1 day later", "۱ روز بعد"},
		36 * time.Hour:   {"goes 36 hours later", "۳۶ ساعت بعد"},
		90 * time.Second: {"goes 90 seconds later", "۹۰ ثانیه بعد"},
	} {
		s := quietServer(t, func(c *Config) { c.DeletesIn = after })
		for i, lang := range []string{"en", "fa"} {
			if _, text := page(t, s, "/data?lang="+lang); !strings.Contains(text, want[i]) {
				t.Errorf("where accounts are kept for %s, the page in %s does not say %q", after, lang, want[i])
			}
		}
	}
}

func TestAPhraseOfThePageIsNeverMarkup(t *testing.T) {
	if got := sentence("a <b> of `x<y`"); got != `A &lt;b&gt; of <code dir="ltr">x&lt;y</code>` {
		t.Errorf("it is written as %s", got)
	}
}
