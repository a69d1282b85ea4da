// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

const feedbackPath = "/feedback"

// FeedbackItem is feedback as the console lists it. Who gave it is not told.
type FeedbackItem struct {
	Number   chat.Seq    `json:"number"`
	Given    chat.Millis `json:"given_ms"`
	Category string      `json:"category"`
	Text     string      `json:"text"`
	Version  string      `json:"version,omitempty"`
	Platform string      `json:"platform,omitempty"`
	Status   string      `json:"status"`
	Title    string      `json:"title,omitempty"` // what is published
	Changed  chat.Millis `json:"changed_ms,omitempty"`
	Votes    int         `json:"votes,omitempty"` // accounts that voted for it
}

// FeedbackItems answers the console, the newest first.
type FeedbackItems struct {
	Items []FeedbackItem `json:"items"`
}

// SetFeedback says how feedback stands; an empty Status or nil Title leaves it as it is.
type SetFeedback struct {
	Number chat.Seq `json:"number"`
	Status string   `json:"status,omitempty"`
	Title  *string  `json:"title,omitempty"`
}

// FeedbackStatuses are how feedback may stand.
func FeedbackStatuses() []string { return chat.FeedbackStatuses() }

// listFeedback answers the console.
func (c *core) listFeedback(ctx context.Context, _ Nothing) (FeedbackItems, error) {
	list, err := c.engine.Feedback(ctx, engine.ServerActor())
	out := FeedbackItems{Items: []FeedbackItem{}}
	for _, i := range list {
		out.Items = append(out.Items, FeedbackItem{Number: i.Number, Given: i.At, Category: i.Given.Category,
			Text: i.Given.Text, Version: i.Given.Version, Platform: i.Given.Platform, Status: i.State.Status,
			Title: i.State.Title, Changed: i.Changed, Votes: i.Votes})
	}
	return out, err
}

// setFeedback answers the console.
func (c *core) setFeedback(ctx context.Context, q SetFeedback) (Nothing, error) {
	list, err := c.engine.Feedback(ctx, engine.ServerActor())
	if err != nil {
		return Nothing{}, err
	}
	state := chat.FeedbackState{Status: q.Status}
	for _, i := range list {
		if i.Number != q.Number {
			continue
		}
		if state.Title = i.State.Title; q.Status == "" {
			state.Status = i.State.Status
		}
	}
	if q.Title != nil {
		state.Title = *q.Title
	}
	_, err = c.engine.SetFeedback(ctx, engine.ServerActor(), q.Number, state, chat.Key{})
	return Nothing{}, err
}

// feedbackWords are what the page says, in a language.
func feedbackWords(lang string) map[string]string {
	if lang == "fa" {
		return map[string]string{
			"title": "بازخوردها",
			"about": "آنچه کاربران گفته‌اند و چه شد. بازخورد و رأی را از تنظیمات برنامه بفرستید.",
			"none":  "هنوز چیزی منتشر نشده است.", "days": "%s روز پیش", "today": "امروز", "number": "شمارهٔ %s",
			"new": "تازه", "planned": "در برنامه", "doing": "در دست کار", "done": "انجام‌شده",
			"declined": "پذیرفته‌نشده",
			"idea":     "پیشنهاد", "problem": "مشکل", "other": "دیگر", "changed": "آخرین تغییر %s",
			"votes": "%s رأی", "vote": "یک رأی",
		}
	}
	return map[string]string{
		"title": "Feedback",
		"about": "What people said and what becomes of it. Give yours, and vote, in the app's settings.",
		"none":  "Nothing is published yet.", "days": "%s days ago", "today": "today", "number": "number %s",
		"new": "new", "planned": "planned", "doing": "under way", "done": "done", "declined": "declined",
		"idea": "idea", "problem": "problem", "other": "other", "changed": "last change %s",
		"votes": "%s votes", "vote": "one vote",
	}
}

// serveFeedback shows what operators have published of what people said, with its status and its age (R37).
//
// FB-3
func (s *Server) serveFeedback(w http.ResponseWriter, r *http.Request) {
	list, err := s.engine.PublicFeedback(r.Context(), chat.Actor{})
	if err != nil {
		http.Error(w, "the store cannot be read", http.StatusServiceUnavailable)
		return
	}
	lang := pageLanguage(r)
	words := feedbackWords(lang)
	age := func(at chat.Millis) string {
		days := int(s.cfg.Now().Sub(time.UnixMilli(int64(at))).Hours()) / 24
		if days < 1 {
			return words["today"]
		}
		return fmt.Sprintf(words["days"], pageNumber(lang, days))
	}
	var b strings.Builder
	b.WriteString("<h1>" + words["title"] + "</h1>\n<p class=\"muted\">" + words["about"] + "</p>\n")
	for _, i := range list {
		changed := ""
		if i.Changed != 0 {
			changed = " · " + fmt.Sprintf(words["changed"], age(i.Changed))
		}
		switch {
		case i.Votes == 1:
			changed += " · " + words["vote"]
		case i.Votes > 1:
			changed += " · " + fmt.Sprintf(words["votes"], pageNumber(lang, i.Votes))
		}
		fmt.Fprintf(&b, "<article><p dir=\"auto\">%s</p>\n<p class=\"muted\"><span class=\"tag\">%s</span> %s · "+
			"%s · %s%s</p></article>\n", template.HTMLEscapeString(i.State.Title), words[i.State.Status],
			words[i.Given.Category], fmt.Sprintf(words["number"], pageNumber(lang, int(i.Number))), age(i.At), changed)
	}
	if len(list) == 0 {
		b.WriteString("<p>" + words["none"] + "</p>\n")
	}
	s.servePage(w, r, sheet{title: words["title"], body: template.HTML(b.String())})
}
