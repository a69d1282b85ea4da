// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"strings"
	"testing"
	"time"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// FB-1 FB-2 FB-3
func TestPublishedFeedbackStandsWithItsStatusAndItsAge(t *testing.T) {
	b := newAdminBed(t, func(*Config) {})
	given := new(zolalv1.Receipt)
	b.must(func(ctx context.Context) error {
		return b.Call(ctx, "Feedbacks/Give", &zolalv1.GiveFeedbackRequest{Key: b.NewKey(),
			Feedback: &zolalv1.Feedback{Category: "idea", Text: "private words"}}, given)
	})
	if _, body := page(t, b.Server, "/feedback?lang=en"); !strings.Contains(body, "Nothing is published yet") {
		t.Errorf("before anything is published the page is\n%s", body)
	}
	title := "Polls <in groups>"
	q := SetFeedback{Number: 0, Status: "planned", Title: &title}
	list := new(zolalv1.FeedbackList)
	b.must(func(ctx context.Context) error { return b.Call(ctx, "Feedbacks/List", &zolalv1.Empty{}, list) })
	if len(list.Rows) != 1 || list.Rows[0].Number != given.Seq || list.Rows[0].Feedback.Text != "private words" {
		t.Fatalf("the operator reads %v", list)
	}
	q.Number = 1
	if _, err := b.setFeedback(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	b.ahead.Store(int64(50 * time.Hour))
	_, body := page(t, b.Server, "/feedback?lang=en")
	for _, want := range []string{"Polls &lt;in groups&gt;", ">planned<", "2 days ago", "number 1"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "private words") {
		t.Errorf("the page shows what was said to the operator:\n%s", body)
	}
	if _, body := page(t, b.Server, "/feedback?lang=fa"); !strings.Contains(body, "۲ روز پیش") {
		t.Errorf("in Persian it is\n%s", body)
	}
	none := ""
	if _, err := b.setFeedback(t.Context(), SetFeedback{Number: 1, Title: &none}); err != nil {
		t.Fatal(err)
	}
	if _, body := page(t, b.Server, "/feedback?lang=en"); strings.Contains(body, "Polls") {
		t.Errorf("what was taken back is shown:\n%s", body)
	}
}
