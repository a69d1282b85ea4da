// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// FeedbackOut encodes feedback.
func FeedbackOut(f *chat.Feedback) *zolalv1.Feedback {
	return &zolalv1.Feedback{Category: f.Category, Text: f.Text, Version: f.Version, Platform: f.Platform}
}

// FeedbackIn decodes feedback.
func FeedbackIn(f *zolalv1.Feedback) *chat.Feedback {
	return &chat.Feedback{Category: f.GetCategory(), Text: f.GetText(), Version: f.GetVersion(),
		Platform: f.GetPlatform()}
}

// FeedbackStateOut encodes how feedback stands.
func FeedbackStateOut(s *chat.FeedbackState) *zolalv1.FeedbackState {
	return &zolalv1.FeedbackState{Status: s.Status, Title: s.Title}
}

// FeedbackStateIn decodes how feedback stands.
func FeedbackStateIn(s *zolalv1.FeedbackState) *chat.FeedbackState {
	return &chat.FeedbackState{Status: s.GetStatus(), Title: s.GetTitle()}
}
