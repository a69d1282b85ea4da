// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"html/template"
	"regexp"
	"slices"
	"strings"
)

// passage is one part of a text: a heading, a paragraph, or an item of a list.
type passage struct {
	Tag   string // h1, h2, p, or li
	Order bool   // of an item: its list is numbered
	Text  string
}

var numbered = regexp.MustCompile(`^\d+\. `)

// passages reads the little of Markdown that terms are written in: headings, lists, and paragraphs whose
// lines belong together. Anything else is a paragraph.
func passages(text string) []passage {
	var out []passage
	open := false // the last passage goes on
	for line := range strings.SplitSeq(text, "\n") {
		bare := strings.TrimSpace(line)
		switch {
		case bare == "":
			open = false
		case strings.HasPrefix(bare, "## "):
			out, open = append(out, passage{Tag: "h2", Text: bare[3:]}), false
		case strings.HasPrefix(bare, "# "):
			out, open = append(out, passage{Tag: "h1", Text: bare[2:]}), false
		case strings.HasPrefix(line, "- "):
			out, open = append(out, passage{Tag: "li", Text: bare[2:]}), true
		case numbered.MatchString(line):
			_, rest, _ := strings.Cut(bare, ". ")
			out, open = append(out, passage{Tag: "li", Order: true, Text: rest}), true
		case open:
			out[len(out)-1].Text += " " + bare
		default:
			out, open = append(out, passage{Tag: "p", Text: bare}), true
		}
	}
	return out
}

// prose writes passages as HTML.
func prose(list []passage) template.HTML {
	var b strings.Builder
	lists := listWriter{b: &b}
	for _, p := range list {
		lists.at(p)
		b.WriteString("<" + p.Tag + ">" + template.HTMLEscapeString(p.Text) + "</" + p.Tag + ">\n")
	}
	lists.end()
	return template.HTML(b.String())
}

// listWriter opens and closes lists around their items.
type listWriter struct {
	b    *strings.Builder
	open string
}

func (w *listWriter) at(p passage) {
	want := ""
	if p.Tag == "li" {
		want = "ul"
		if p.Order {
			want = "ol"
		}
	}
	if want == w.open {
		return
	}
	w.end()
	if w.open = want; want != "" {
		w.b.WriteString("<" + want + ">\n")
	}
}

func (w *listWriter) end() {
	if w.open != "" {
		w.b.WriteString("</" + w.open + ">\n")
		w.open = ""
	}
}

// changes writes what became of a text: passages that went are struck out, those that came are marked, and in
// those that were altered the words are.
func changes(before, after []passage) template.HTML {
	var b strings.Builder
	lists := listWriter{b: &b}
	put := func(p passage, inner string) {
		lists.at(p)
		b.WriteString("<" + p.Tag + ">" + inner + "</" + p.Tag + ">\n")
	}
	for _, s := range steps(before, after) {
		if s.same {
			for _, p := range s.before {
				put(p, template.HTMLEscapeString(p.Text))
			}
			continue
		}
		gone, came := s.before, s.after
		for len(gone) > 0 && len(came) > 0 && gone[0].Tag == came[0].Tag && alike(gone[0].Text, came[0].Text) {
			put(came[0], wordChanges(gone[0].Text, came[0].Text))
			gone, came = gone[1:], came[1:]
		}
		for _, p := range gone {
			put(p, "<del>"+template.HTMLEscapeString(p.Text)+"</del>")
		}
		for _, p := range came {
			put(p, "<ins>"+template.HTMLEscapeString(p.Text)+"</ins>")
		}
	}
	lists.end()
	return template.HTML(b.String())
}

// alike reports whether two texts share at least half of their words.
func alike(a, b string) bool {
	before, after := strings.Fields(a), strings.Fields(b)
	shared := 0
	for _, s := range steps(before, after) {
		if s.same {
			shared += len(s.before)
		}
	}
	return 2*shared >= max(len(before), len(after))
}

// wordChanges marks the words that differ.
func wordChanges(before, after string) string {
	var out []string
	for _, s := range steps(strings.Fields(before), strings.Fields(after)) {
		gone := template.HTMLEscapeString(strings.Join(s.before, " "))
		came := template.HTMLEscapeString(strings.Join(s.after, " "))
		switch {
		case s.same:
			out = append(out, gone)
			continue
		case gone != "":
			out = append(out, "<del>"+gone+"</del>")
		}
		if came != "" {
			out = append(out, "<ins>"+came+"</ins>")
		}
	}
	return strings.Join(out, " ")
}

// step is a run of elements that two lists share, or in which they differ.
type step[E comparable] struct {
	same          bool
	before, after []E
}

// maxSteps bounds the table by which lists are compared; beyond, they differ as a whole.
const maxSteps = 1 << 22

// steps compares two lists by their longest common subsequence.
func steps[E comparable](before, after []E) []step[E] {
	head := 0
	for head < len(before) && head < len(after) && before[head] == after[head] {
		head++
	}
	var out []step[E]
	if head > 0 {
		out = append(out, step[E]{true, before[:head], after[:head]})
	}
	a, b := before[head:], after[head:]
	if len(a) == 0 && len(b) == 0 {
		return out
	}
	if len(a)*len(b) > maxSteps {
		return append(out, step[E]{false, a, b})
	}
	return append(out, walk(a, b, common(a, b))...)
}

// common tells for each pair of places how long the longest common subsequence of the rests is.
func common[E comparable](a, b []E) [][]int32 {
	table := make([][]int32, len(a)+1)
	for i := range table {
		table[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if a[i] == b[k] {
				table[i][k] = table[i+1][k+1] + 1
			} else {
				table[i][k] = max(table[i+1][k], table[i][k+1])
			}
		}
	}
	return table
}

// walk follows the table from the beginnings and gathers runs.
func walk[E comparable](a, b []E, table [][]int32) []step[E] {
	var out []step[E]
	add := func(same bool, x, y []E) {
		if n := len(out); n > 0 && out[n-1].same == same {
			out[n-1].before = append(slices.Clip(out[n-1].before), x...)
			out[n-1].after = append(slices.Clip(out[n-1].after), y...)
			return
		}
		out = append(out, step[E]{same, x, y})
	}
	i, k := 0, 0
	for i < len(a) || k < len(b) {
		switch {
		case i < len(a) && k < len(b) && a[i] == b[k]:
			add(true, a[i:i+1], b[k:k+1])
			i, k = i+1, k+1
		case k == len(b) || i < len(a) && table[i+1][k] >= table[i][k+1]:
			add(false, a[i:i+1], nil)
			i++
		default:
			add(false, nil, b[k:k+1])
			k++
		}
	}
	return out
}
