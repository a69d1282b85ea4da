// SPDX-License-Identifier: AGPL-3.0-or-later

package preview

import (
	"cmp"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// head is what a page says of itself.
type head struct{ site, title, description, picture string }

// readHead reads the head of an HTML page in whatever encoding it is: Open Graph first, then what cards of
// another name say, then title and description. It ends with the head.
func readHead(page io.Reader, contentType string) head {
	utf8, err := charset.NewReader(page, contentType)
	if err != nil {
		return head{}
	}
	said := map[string]string{}
	z := html.NewTokenizer(utf8)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return headOf(said)
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == atom.Head {
				return headOf(said)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			switch atom.Lookup(name) {
			case atom.Body:
				return headOf(said)
			case atom.Meta:
				readMeta(z, more, said)
			case atom.Title:
				if z.Next() == html.TextToken && said["title"] == "" {
					said["title"] = strings.TrimSpace(string(z.Text()))
				}
			}
		}
	}
}

// readMeta notes what a meta element says; the first of a name counts.
func readMeta(z *html.Tokenizer, more bool, said map[string]string) {
	var name, content string
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "property", "name":
			name = strings.ToLower(string(value))
		case "content":
			content = strings.TrimSpace(string(value))
		}
	}
	if name = "meta " + name; content != "" && said[name] == "" {
		said[name] = content
	}
}

func headOf(said map[string]string) head {
	meta := func(names ...string) string {
		for _, n := range names {
			if v := said["meta "+n]; v != "" {
				return v
			}
		}
		return ""
	}
	return head{
		site:        meta("og:site_name", "application-name"),
		title:       cmp.Or(meta("og:title", "twitter:title"), said["title"]),
		description: meta("og:description", "twitter:description", "description"),
		picture:     meta("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
	}
}
