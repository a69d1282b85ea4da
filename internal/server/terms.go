// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Terms of use and rules are versions of a text in Persian and English. Every version stays in the directory
// terms of the data, so that what was in force at a time can be read for ever. The first is the one that came
// with the program when the server began: a newer program never changes what people agreed to.

//go:embed terms/fa.md terms/en.md
var starterTerms embed.FS

const (
	termsDir = "terms"
	// termsNotice is how long before it takes effect a change is published (R38).
	termsNotice = 30 * 24 * time.Hour
	// maxTerms bounds one text in bytes.
	maxTerms   = 64 << 10
	maxVersion = 10_000
)

// termsLanguages are those that every version has, the first where nobody chose.
func termsLanguages() []string { return []string{"fa", "en"} }

// TermsVersion is one version of the terms.
type TermsVersion struct {
	Version   int               `json:"version"`
	Published time.Time         `json:"published"`
	Since     time.Time         `json:"since"` // when it takes effect
	Text      map[string]string `json:"text,omitempty"`
}

// PublishTerms asks for another version.
type PublishTerms struct {
	Persian string `json:"fa"`
	English string `json:"en"`
}

// TermsList answers with every version, the oldest first.
type TermsList struct {
	Versions []TermsVersion `json:"versions"`
	Current  int            `json:"current"`
}

// terms are the versions of a data directory.
type terms struct {
	dir string
	now func() time.Time

	published chan struct{} // holds one element when there is something new

	mu  sync.Mutex
	all []TermsVersion // the oldest first, never empty
}

// termsDates is what stands beside the texts of a version.
type termsDates struct {
	Published time.Time `json:"published"`
	Since     time.Time `json:"since"`
}

// openTerms reads the versions of a data directory, and writes the first where there is none.
func openTerms(data string, now func() time.Time) (*terms, error) {
	t := &terms{dir: filepath.Join(data, termsDir), now: now, published: make(chan struct{}, 1)}
	if err := os.MkdirAll(t.dir, 0o700); err != nil {
		return nil, err
	}
	for n := 1; n <= maxVersion; n++ {
		v, err := t.read(n)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return nil, &Trouble{What: fmt.Sprintf("version %d of the terms in %s cannot be read", n, t.dir), Err: err,
				Remedy: "Put its files back as they were: fa.md, en.md and dates.json. A backup has them."}
		}
		t.all = append(t.all, v)
	}
	if len(t.all) > 0 {
		return t, nil
	}
	first := TermsVersion{Version: 1, Published: t.today(), Since: t.today(), Text: map[string]string{}}
	for _, lang := range termsLanguages() {
		raw, err := starterTerms.ReadFile(path.Join(termsDir, lang+".md"))
		if err != nil {
			return nil, err
		}
		first.Text[lang] = string(raw)
	}
	return t, t.write(first)
}

// today is the present time in the grain that dates are kept in.
func (t *terms) today() time.Time { return t.now().UTC().Truncate(time.Second) }

func (t *terms) read(n int) (TermsVersion, error) {
	dir := filepath.Join(t.dir, strconv.Itoa(n))
	raw, err := os.ReadFile(filepath.Join(dir, "dates.json"))
	if err != nil {
		return TermsVersion{}, err
	}
	var dates termsDates
	if err := json.Unmarshal(raw, &dates); err != nil {
		return TermsVersion{}, err
	}
	v := TermsVersion{Version: n, Published: dates.Published, Since: dates.Since, Text: map[string]string{}}
	for _, lang := range termsLanguages() {
		text, err := os.ReadFile(filepath.Join(dir, lang+".md"))
		if errors.Is(err, fs.ErrNotExist) {
			return v, fmt.Errorf("%s.md is missing", lang)
		}
		if err != nil {
			return v, err
		}
		v.Text[lang] = string(text)
	}
	return v, nil
}

// write puts a version in place whole or not at all. The caller holds the lock, or is alone.
func (t *terms) write(v TermsVersion) error {
	dir := filepath.Join(t.dir, ".new")
	if err := removeAll(dir); err != nil { // of a version that was cut short
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	dates, err := json.Marshal(termsDates{v.Published, v.Since})
	if err != nil {
		return err
	}
	for lang, text := range v.Text {
		if err := writeDurably(filepath.Join(dir, lang+".md"), []byte(text)); err != nil {
			return err
		}
	}
	if err := writeDurably(filepath.Join(dir, "dates.json"), dates); err != nil {
		return err
	}
	if err := os.Rename(dir, filepath.Join(t.dir, strconv.Itoa(v.Version))); err != nil {
		return err
	}
	t.all = append(t.all, v)
	return syncDir(t.dir)
}

// publish adds a version. It takes effect after the notice, or at once where nobody is bound yet.
//
// ADMIN-2
func (t *terms) publish(q PublishTerms, bound bool) (TermsVersion, error) {
	texts := map[string]string{"fa": tidyTerms(q.Persian), "en": tidyTerms(q.English)}
	for lang, text := range texts {
		switch {
		case strings.TrimSpace(text) == "":
			return TermsVersion{}, chat.Errorf(chat.CodeBadText, "the text in %s is empty", lang)
		case len(text) > maxTerms:
			return TermsVersion{}, chat.Errorf(chat.CodeTextTooLong, "the text in %s is longer than %d bytes", lang,
				maxTerms)
		case !utf8.ValidString(text):
			return TermsVersion{}, chat.Errorf(chat.CodeBadText, "the text in %s is not UTF-8", lang)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.all[len(t.all)-1]
	if last.Text["fa"] == texts["fa"] && last.Text["en"] == texts["en"] {
		return last, nil // said twice
	}
	if last.Version == maxVersion {
		return TermsVersion{}, chat.Errorf(chat.CodeTooMany, "there are %d versions", maxVersion)
	}
	v := TermsVersion{Version: last.Version + 1, Published: t.today(), Since: t.today(), Text: texts}
	if bound {
		v.Since = v.Since.Add(termsNotice)
	}
	if err := t.write(v); err != nil {
		return v, err
	}
	select {
	case t.published <- struct{}{}:
	default: // it is known that there is something
	}
	return v, nil
}

// tidyTerms ends lines as this system does, and the text with one.
func tidyTerms(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) + "\n"
}

// inForce is the newest version that has taken effect, and next the one that will be the first to; Version 0:
// none is announced.
func (t *terms) inForce() (now, next TermsVersion) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.now()
	for _, v := range t.all {
		switch {
		case !v.Since.After(at):
			now = v
		case next.Version == 0 || v.Since.Before(next.Since):
			next = v
		}
	}
	if now.Version == 0 { // the clock went back to before the first
		now = t.all[0]
	}
	return now, next
}

// info is what clients are told.
func (t *terms) info() *zolalv1.TermsInfo {
	now, next := t.inForce()
	out := &zolalv1.TermsInfo{Version: uint32(now.Version), SinceMs: now.Since.UnixMilli()}
	if next.Version != 0 {
		out.NextVersion, out.NextSinceMs = uint32(next.Version), next.Since.UnixMilli()
	}
	return out
}

// list returns every version.
func (t *terms) list() []TermsVersion {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.all)
}

// publishTerms answers the console.
func (c *core) publishTerms(ctx context.Context, q PublishTerms) (TermsVersion, error) {
	accounts, err := c.store.CountAccounts(ctx)
	if err != nil {
		return TermsVersion{}, err
	}
	v, err := c.terms.publish(q, accounts > 1)
	v.Text = nil
	return v, err
}

// listTerms answers the console.
func (c *core) listTerms(context.Context, Nothing) (TermsList, error) {
	now, _ := c.terms.inForce()
	return TermsList{Versions: c.terms.list(), Current: now.Version}, nil
}
