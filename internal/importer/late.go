// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// beginning is how many entries a chat has before any import: that it was made, and its name.
const beginning = 2

// late lets replies find lines that came after them: with this run, although they were imported earlier, or
// further down in this export. The log is read once more, in pages, because nothing else remembers who waits.
// That is spared where nothing can have come for anybody.
func (r *run) late(ctx context.Context) error {
	if r.options.DryRun || r.report.Added == 0 || r.fresh && !r.waiting {
		return nil
	}
	for after := chat.Seq(0); ; {
		lines, next, err := r.answer(ctx, after)
		if err == nil && len(lines) > 0 {
			err = r.chat.Import(ctx, r.head, lines)
		}
		switch {
		case chat.CodeOf(err) == chat.CodeConflict:
			head, err := r.chat.Head(ctx)
			if err != nil {
				return fmt.Errorf("import: %w", err)
			}
			r.head = head.Seq
			continue
		case err != nil:
			return fmt.Errorf("import: %w", err)
		case next == 0:
			return nil
		}
		r.head += chat.Seq(len(lines))
		r.report.Linked += len(lines)
		after = next
	}
}

// answer makes edits of the waiting messages of one page of the log whose line is here by now.
func (r *run) answer(ctx context.Context, after chat.Seq) (lines []chat.Import, next chat.Seq, err error) {
	found, next, err := r.chat.Waiting(ctx, after)
	if err != nil || len(found) == 0 {
		return nil, next, err
	}
	numbers := make([]int64, len(found))
	for i, w := range found {
		numbers[i] = w.Message.Reply.Number
	}
	known, err := r.chat.Sources(ctx, numbers)
	if err != nil {
		return nil, 0, err
	}
	for _, w := range found {
		source, here := known[w.Message.Reply.Number]
		if !here || w.Message.Imported == nil {
			continue
		}
		m, reply := *w.Message, *w.Message.Reply
		reply.Seq, reply.Number = source.Seq, 0
		m.Reply = &reply
		lines = append(lines, chat.Import{Message: &m, Target: w.Seq})
	}
	return lines, next, nil
}
